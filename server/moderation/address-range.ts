import { isIP, isIPv4 } from "node:net";
import { RoomkeepError } from "../../shared/index.ts";

/** Widest ranges that a ban may have: a whole provider, and no more. */
const WIDEST = { 4: 8, 6: 19 } as const;

/** A client's address as the database compares it: of IPv4 in IPv6 the IPv4 one. Undefined: it is none. */
export function plainAddress(address: string): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1] ?? address.split("%", 1)[0] ?? "";
  return isIP(mapped) ? mapped : undefined;
}

/**
 * Reads an address, or a range such as 192.0.2.0/24 or 2001:db8::/48. Bits after the range count as zero.
 *
 * @returns a text that PostgreSQL takes as inet
 * @throws SANCTION_INVALID it is none, or wider than one /8 (IPv6: /19)
 */
export function readRange(text: string): string {
  const [address = "", length, ...more] = text.trim().split("/");
  const plain = plainAddress(address);
  if (plain === undefined || more.length > 0 || (length !== undefined && !/^\d{1,3}$/u.test(length)))
    throw new RoomkeepError(
      "SANCTION_INVALID",
      `"${text.slice(0, 64)}" is no address or range of addresses.`,
    );
  const family = isIPv4(plain) ? 4 : 6;
  const most = family === 4 ? 32 : 128;
  // 128 bits of an IPv4 address in IPv6 are the 32 of its own.
  const given = length === undefined ? most : Number(length) - (plain === address || family === 6 ? 0 : 96);
  if (!(given >= WIDEST[family] && given <= most))
    throw new RoomkeepError(
      "SANCTION_INVALID",
      `A range has /${WIDEST[family]} to /${most}: a wider one would shut out too many.`,
    );
  return `${plain}/${given}`;
}
