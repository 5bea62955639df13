import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Header that carries the client's address within the process; a value from the client is overwritten. */
export const ADDRESS_HEADER = "x-real-ip";
const CLAIMED = ["x-forwarded-for", "x-client-ip", "forwarded"];
/** An address with the port that some proxies add: 203.0.113.7:4711, [2001:db8::1]:443, [2001:db8::1] */
const WITH_PORT = /^(?:([\d.]+):\d{1,5}|\[([\da-f:.]+)\](?::\d{1,5})?)$/i;

/**
 * Writes the client's address where Colyseus and we read it, and removes headers in which a client claims
 * one.
 *
 * @param proxies number of trusted proxies in front, each of which adds the address of its caller to
 * `X-Forwarded-For`; 0 trusts no header. The rightmost entries are the proxies' own; a client can write all
 * others.
 */
export function settleAddress(
  { headers, socket }: Pick<IncomingMessage, "headers" | "socket">,
  proxies: number,
) {
  const told = proxies > 0 ? readList(headers["x-forwarded-for"]).at(-proxies) : undefined;
  const address = readAddress(told) ?? socket.remoteAddress ?? "";
  for (const name of CLAIMED) delete headers[name];
  headers[ADDRESS_HEADER] = address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/**
 * The entries of a list header without quotes; Node joins repeated headers by commas. Skips empty entries.
 */
export function readList(header: string | string[] | undefined): string[] {
  return String(header ?? "")
    .split(",")
    .map((entry) => entry.trim().replace(/^"(.*)"$/, "$1"))
    .filter(Boolean);
}

function readAddress(told = ""): string | undefined {
  const [, v4, v6] = WITH_PORT.exec(told) ?? [];
  const address = v4 ?? v6 ?? told;
  return isIP(address) ? address : undefined;
}
