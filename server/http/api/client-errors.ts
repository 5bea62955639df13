import { z } from "zod";
import { addressKey, type RateLimit } from "../../accounts/rate-limit.ts";
import type { ClientErrors } from "../../telemetry/errors/client-errors.ts";
import { endpoint } from "./answer.ts";

/** Errors that all pages of an address may send in a minute. */
export const CLIENT_ERRORS = 20;

/** What is longer is cut, not refused: a page cannot know. */
const text = (max: number) => z.string().transform((whole) => whole.slice(0, max));

const clientError = z.object({
  message: text(500),
  stack: text(8_000).default(""),
  page: text(200).default(""),
  build: text(200).default(""),
  roomId: text(16).optional(),
});

/** `POST /v1/client-errors`: a page tells the server of an error in it. */
export function clientErrorEndpoints(errors: ClientErrors, ofAddress: RateLimit) {
  return {
    sendClientError: endpoint({
      method: "POST",
      path: "/v1/client-errors",
      summary: "A page tells of an error in it; the same ones are counted together",
      body: clientError,
      status: 204,
      async answer({ body, headers, address }) {
        await ofAddress.spend(addressKey(address));
        // Without query and fragment, which may have a code or a token.
        const [page = ""] = body.page.split(/[?#]/);
        const agent = (headers.get("user-agent") ?? "").slice(0, 200);
        await errors.take({ ...body, page, agent });
      },
    }),
  };
}
