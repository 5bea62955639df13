import type { IncomingMessage, ServerResponse } from "node:http";
import { ERROR_CODES } from "../../shared/index.ts";

/** Asked by load balancers and orchestrators from within, by plain http; they tell nothing of anybody. */
const OPEN = new Set(["/health", "/ready"]);

/** True where a request by plain http may not pass, if https is enforced. */
export function needsHttps({ url = "/" }: Pick<IncomingMessage, "url">): boolean {
  return !OPEN.has(url.split("?", 1)[0] ?? "");
}

/**
 * Answers a request by plain http: what only reads is sent to the same place by https. All else is refused,
 * because what it carried has crossed the network in the open already.
 */
export function answerPlain({ method, url, headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader("cache-control", "no-store");
  if (method === "GET" || method === "HEAD") {
    const host = headers.host?.replace(/:\d*$/, "");
    response.writeHead(301, { location: `https://${host}${url}` }).end();
    return;
  }
  const body = JSON.stringify({ code: "HTTPS_NEEDED", message: ERROR_CODES.HTTPS_NEEDED });
  response.writeHead(403, { "content-type": "application/json", connection: "close" }).end(body);
}
