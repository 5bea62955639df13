import { type LookupAddress, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  PRIVATE.addSubnet(network, bits, "ipv4");
/** What is routed on the internet; within it ranges that lead elsewhere. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet("2000::", 3, "ipv6");
for (const [network, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  PRIVATE.addSubnet(network, bits, "ipv6");

/** An address that a name of a stranger's choice led to, and that no server may be sent to. */
export class PrivateAddress extends Error {}

/** Whether an address is of this machine or network, or of none: what is not plainly public is private. */
export function isPrivate(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return PRIVATE.check(address, "ipv4");
  return family !== 6 || !GLOBAL.check(address, "ipv6") || PRIVATE.check(address, "ipv6");
}

/**
 * Looks names up as sockets do, and refuses those of private addresses: at each connection, since a name may
 * lead elsewhere a moment later.
 */
export const publicLookup: LookupFunction = (name, options, callback) => {
  lookup(name, { ...options, all: true }, (error, found: LookupAddress[] = []) => {
    const refused = found.find(({ address }) => isPrivate(address));
    const [first] = found;
    if (error || !first) callback(error ?? new PrivateAddress(`${name} has no address`), "", 0);
    else if (refused) callback(new PrivateAddress(`${name} leads to ${refused.address}`), "", 0);
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  });
};
