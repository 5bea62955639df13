import { matchMaker } from "@colyseus/core";

/**
 * Answers cross-origin requests only for the origins that were configured. Pages of this server need none.
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
 * True for a socket that another site's page opens. The processes of one cluster share a host name and differ in the
 * port, so the port does not count; programs send no Origin.
 */
export function isForeign(headers: Headers, origins: readonly string[]): boolean {
  const origin = headers.get("origin");
  if (origin === null || origins.includes(origin)) return false;
  if (!URL.canParse(origin)) return true;
  return new URL(origin).hostname !== new URL(`http://${headers.get("host")}`).hostname;
}
