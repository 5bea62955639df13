import type { IncomingMessage } from "node:http";
import { readList } from "./client-address.ts";

const HEADER = "x-forwarded-proto";
/** Some proxies name an upgrade by its socket: Traefik sends wss. */
const SECURE = /^(https|wss)$/i;
const PLAIN = /^(http|ws)$/i;

/**
 * Reduces `X-Forwarded-Proto` to `http`, `https` or nothing: Colyseus builds an address from it.
 *
 * @param proxies number of trusted proxies in front; 0 trusts no header. In a list the entry of the outermost
 * proxy counts; a proxy may also write one for all.
 * @returns the scheme of the client's request, as far as it is known
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
