import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Header in which the address of the client is handed on within the process, whatever the client sent in it. */
export const ADDRESS_HEADER = "x-real-ip";
const CLAIMED = ["x-forwarded-for", "x-client-ip", "forwarded"];

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
  const chain = String(headers["x-forwarded-for"] ?? "").split(",");
  const told = proxies > 0 ? chain.at(-proxies)?.trim() : undefined;
  const address = told && isIP(told) ? told : (socket.remoteAddress ?? "");
  for (const name of CLAIMED) delete headers[name];
  headers[ADDRESS_HEADER] = address.replace(/^::ffff:(?=\d+\.)/i, "");
}
