import type { IncomingMessage } from "node:http";
import { readList } from "./client-address.ts";

const HEADER = "x-forwarded-proto";
/** Some proxies name an upgrade by its socket: Traefik sends wss. */
const SECURE = /^(https|wss)$/i;
const PLAIN = /^(http|ws)$/i;

/**
 * Leaves `http` or `https` in `X-Forwarded-Proto`, or nothing: Colyseus makes an address of what stands there.
 *
 * @param proxies how many trusted proxies stand before this process; 0 trusts no header. Of a list the entry of the
 * outermost of them counts; a proxy may also write one for all.
 * @returns how the client came, as far as that is known
 */
export function settleScheme(
  { headers, socket }: Pick<IncomingMessage, "headers" | "socket">,
  proxies: number,
): "http" | "https" {
  const list = readList(headers[HEADER]);
  const told = (proxies > 0 && list.at(-Math.min(proxies, list.length))) || "";
  const scheme = SECURE.test(told) ? "https" : PLAIN.test(told) ? "http" : undefined;
  if (scheme === undefined) delete headers[HEADER];
  else headers[HEADER] = scheme;
  return scheme ?? ("encrypted" in socket ? "https" : "http");
}
