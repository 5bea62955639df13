import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Header in which the address of the client is handed on within the process, whatever the client sent in it. */
export const ADDRESS_HEADER = "x-real-ip";
const CLAIMED = ["x-forwarded-for", "x-client-ip", "forwarded"];
/** An address with the port that some proxies add: 203.0.113.7:4711, [2001:db8::1]:443, [2001:db8::1] */
const WITH_PORT = /^(?:([\d.]+):\d{1,5}|\[([\da-f:.]+)\](?::\d{1,5})?)$/i;

/**
 * Writes the address of the client where Colyseus and we look for it, and takes away what a client claimed.
 *
 * @param proxies how many trusted proxies stand before this process, each of which adds to `X-Forwarded-For` where it
 * was asked from; 0 trusts no header. The rightmost entries are the proxies', all before them anybody may write.
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

/** The entries of a list header without quotes; Node joins several lines of one by commas. Empty entries do not count. */
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
