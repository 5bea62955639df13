import { matchMaker } from "@colyseus/core";

/**
 * Answers cross-origin requests only for the configured origins. Pages of this server are not cross-origin.
 */
export function allowOrigins(origins: readonly string[]): void {
  matchMaker.controller.getCorsHeaders = (headers: Headers): Record<string, string> => {
    const origin = headers.get("origin");
    return origin !== null && origins.includes(origin)
      ? { "Access-Control-Allow-Origin": origin, Vary: "Origin" }
      : {
          "Access-Control-Allow-Origin": "null",
          "Access-Control-Allow-Credentials": "false",
          Vary: "Origin",
        };
  };
}

/**
 * True for a socket of another site's page. The processes of one cluster share a host name and differ in the
 * port, so the port does not count. Programs send no Origin and are let in.
 */
export function isForeign(headers: Headers, origins: readonly string[]): boolean {
  const origin = headers.get("origin");
  if (origin === null || origins.includes(origin)) return false;
  if (!URL.canParse(origin)) return true;
  return hostnameOf(origin) !== hostnameOf(`http://${headers.get("host")}`);
}

/**
 * Host name without a final dot: some proxies remove it from the Host, while browsers keep it in the Origin.
 */
function hostnameOf(url: string): string {
  return new URL(url).hostname.replace(/\.$/, "");
}
