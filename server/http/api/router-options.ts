import { json } from "./answer.ts";

/** How the router reads bodies, and tells whoever sends another kind. */
export const ROUTER_OPTIONS = {
  allowedMediaTypes: ["application/json"],
  onError(error: unknown): Response | undefined {
    const isOfKind = error instanceof Error && "statusCode" in error && error.statusCode === 415;
    return isOfKind ? json(415, { code: "MESSAGE_INVALID", message: "Send application/json." }) : undefined;
  },
};
