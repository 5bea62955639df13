import { createEndpoint } from "@colyseus/core";
import type { z } from "zod";
import { type ErrorCode, RoomkeepError } from "../../../shared/index.ts";
import { ADDRESS_HEADER } from "../client-address.ts";

const STATUS: Partial<Record<ErrorCode, number>> = {
  TOKEN_INVALID: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_OUTDATED: 401,
  TOKEN_REVOKED: 401,
  TOKEN_REUSED: 401,
  SIGN_IN_REFUSED: 401,
  IDENTITY_REFUSED: 401,
  ROLE_NEEDED: 403,
  RECOVERY_INVALID: 404,
  ROOM_UNKNOWN: 404,
  CHARACTER_MISSING: 404,
  ACCOUNT_UNKNOWN: 404,
  IDENTITY_OFF: 404,
  CHARACTER_CLAIMED: 409,
  CHARACTER_LIVE: 409,
  CHARACTERS_FULL: 409,
  NAME_TAKEN: 409,
  EMAIL_TAKEN: 409,
  ALREADY_REGISTERED: 409,
  IDENTITY_TAKEN: 409,
  RATE_LIMITED: 429,
  AUDIT_WAITING: 503,
  DATABASE_UNAVAILABLE: 503,
  REDIS_UNAVAILABLE: 503,
};

/** The HTTP status with which a code is told. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 400;
}

/** What an endpoint gets of its request. */
export interface Asked<Body> {
  readonly body: Body;
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
  readonly headers: Headers;
  /** The bearer token, if one was sent. */
  readonly token: string | undefined;
  /** Address of the client; empty when it is not known. */
  readonly address: string;
}

/** Describes one JSON endpoint, to the router and to the OpenAPI document. */
export interface Question<Body, Result = unknown> {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  /** What it does, in a line. */
  summary?: string;
  body?: z.ZodType<Body>;
  /** Code told when the body does not fit. */
  invalid?: ErrorCode;
  /** Status of a good answer, 200 as a rule; 204 answers without a body. */
  status?: number;
  /** Shape of a good answer. */
  result?: z.ZodType<Result>;
  /** Codes it may answer with, besides those of every endpoint. */
  codes?: readonly ErrorCode[];
  /** True: it asks for an access token. */
  signedIn?: boolean;
  answer(asked: Asked<Body>): Promise<Result> | Result;
}

/** Makes a Colyseus endpoint that answers in JSON, and errors as `{ code, message }` with a fitting status. */
export function endpoint<Body, Result>(question: Question<Body, Result>) {
  const { method, path, body, invalid = "MESSAGE_INVALID", status = 200, answer } = question;
  const metadata = { question: question as Question<never> };
  return createEndpoint(path, { method: method as "POST", metadata }, async (context) => {
    try {
      const parsed = body?.safeParse(context.body);
      if (parsed && !parsed.success) throw new RoomkeepError(invalid, messageOf(parsed.error));
      const headers = context.request?.headers ?? new Headers();
      const result = await answer({
        body: parsed?.data as Body,
        params: { ...context.params },
        query: Object.fromEntries(new URL(context.request?.url ?? "http://host").searchParams),
        headers,
        token: headers.get("authorization")?.match(/^Bearer (\S{1,2048})$/)?.[1],
        address: headers.get(ADDRESS_HEADER) ?? "",
      });
      return result instanceof Response ? result : json(status, result);
    } catch (error) {
      // What the matchmaker refuses has our error as its cause.
      const told = error instanceof Error && error.cause instanceof RoomkeepError ? error.cause : error;
      if (!(told instanceof RoomkeepError)) throw error;
      const answer = json(statusOf(told.code), { code: told.code, message: told.message });
      if (told.retryAfterS !== undefined) answer.headers.set("retry-after", String(told.retryAfterS));
      return answer;
    }
  });
}

function messageOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") || "body"}: ${issue?.message ?? "does not fit"}`;
}

/** A JSON answer that nobody caches. */
export function json(status: number, body: unknown): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  });
}
