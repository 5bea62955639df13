import { createEndpoint } from "@colyseus/core";
import type { z } from "zod";
import { type ErrorCode, RoomkeepError } from "../../shared/index.ts";

const STATUS: Partial<Record<ErrorCode, number>> = {
  TOKEN_INVALID: 401,
  RECOVERY_INVALID: 404,
  ROOM_UNKNOWN: 404,
  CHARACTER_MISSING: 404,
  CHARACTER_CLAIMED: 409,
  RATE_LIMITED: 429,
  DATABASE_UNAVAILABLE: 503,
  REDIS_UNAVAILABLE: 503,
};

/** What an endpoint gets of its request. */
export interface Asked<Body> {
  readonly body: Body;
  readonly params: Record<string, string>;
  readonly headers: Headers;
  /** The bearer token, if one was sent. */
  readonly token: string | undefined;
}

/** Describes one JSON endpoint. */
export interface Question<Body> {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  body?: z.ZodType<Body>;
  /** Code told when the body does not fit. */
  invalid?: ErrorCode;
  /** Status of a good answer, 200 as a rule. */
  status?: number;
  answer(asked: Asked<Body>): Promise<unknown> | unknown;
}

/** Makes a Colyseus endpoint that answers in JSON, and errors as `{ code, message }` with a fitting status. */
export function endpoint<Body>({
  method,
  path,
  body,
  invalid = "MESSAGE_INVALID",
  status = 200,
  answer,
}: Question<Body>) {
  return createEndpoint(path, { method: method as "POST" }, async (context) => {
    try {
      const parsed = body?.safeParse(context.body);
      if (parsed && !parsed.success) throw new RoomkeepError(invalid, messageOf(parsed.error));
      const headers = context.request?.headers ?? new Headers();
      const token = headers.get("authorization")?.match(/^Bearer (\S{1,512})$/)?.[1];
      const asked = { body: parsed?.data as Body, params: { ...context.params }, headers, token };
      return json(status, await answer(asked));
    } catch (error) {
      if (!(error instanceof RoomkeepError)) throw error;
      return json(STATUS[error.code] ?? 400, { code: error.code, message: error.message });
    }
  });
}

function messageOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") || "body"}: ${issue?.message ?? "does not fit"}`;
}

/** A JSON answer that nobody caches. */
export function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  });
}
