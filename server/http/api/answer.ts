import { createEndpoint } from "@colyseus/core";
import type { z } from "zod";
import { type ErrorCode, RoomkeepError } from "../../../shared/index.ts";
import { isLostConnection } from "../../storage/database-errors.ts";
import { ADDRESS_HEADER } from "../client-address.ts";

const STATUS: Partial<Record<ErrorCode, number>> = {
  TOKEN_INVALID: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_OUTDATED: 401,
  TOKEN_REVOKED: 401,
  TOKEN_REUSED: 401,
  SIGN_IN_REFUSED: 401,
  SESSION_NEEDED: 401,
  TOTP_NEEDED: 401,
  TOTP_INVALID: 401,
  WELCOME_INVALID: 401,
  IDENTITY_REFUSED: 401,
  ROLE_NEEDED: 403,
  ORIGIN_FOREIGN: 403,
  CSRF_NEEDED: 403,
  RECOVERY_INVALID: 404,
  ROOM_UNKNOWN: 404,
  CHARACTER_MISSING: 404,
  ACCOUNT_UNKNOWN: 404,
  ALERT_UNKNOWN: 404,
  BOARD_UNKNOWN: 404,
  IDENTITY_OFF: 404,
  COLLECTION_FORBIDDEN: 403,
  COLLECTION_UNKNOWN: 404,
  KEY_UNKNOWN: 404,
  KEYS_FULL: 409,
  VERSION_STALE: 409,
  VALUE_TOO_LARGE: 413,
  CHARACTER_CLAIMED: 409,
  CHARACTER_LIVE: 409,
  CHARACTERS_FULL: 409,
  NAME_TAKEN: 409,
  EMAIL_TAKEN: 409,
  ALREADY_REGISTERED: 409,
  FRIEND_UNKNOWN: 404,
  FRIEND_AWAY: 409,
  FRIEND_PRIVATE: 403,
  FRIEND_BLOCKED: 409,
  FRIENDS_FULL: 409,
  QUEUE_UNKNOWN: 404,
  QUEUE_NONE: 404,
  MATCH_UNKNOWN: 404,
  QUEUE_CLOSED: 409,
  QUEUE_MEMBER: 409,
  TICKETS_FULL: 409,
  READY_OVER: 409,
  QUEUE_PENALTY: 429,
  REQUESTS_FULL: 409,
  BLOCKS_FULL: 409,
  CHAT_CHANNEL_UNKNOWN: 404,
  CHAT_READ_ONLY: 403,
  CHAT_SLOW: 429,
  CHAT_LINE_UNKNOWN: 404,
  CHAT_LINE_FIXED: 403,
  IDENTITY_TAKEN: 409,
  GROUP_UNKNOWN: 404,
  GROUP_NAME_TAKEN: 409,
  GROUP_STRANGER: 403,
  GROUP_MEMBER: 409,
  GROUP_FULL: 409,
  GROUPS_FULL: 409,
  GROUP_CLOSED: 403,
  GROUP_UNINVITED: 404,
  GROUP_PERMISSION: 403,
  GROUP_BANK_LIMIT: 409,
  NOTIFICATION_UNKNOWN: 404,
  PUSH_OFF: 404,
  DEVICES_FULL: 409,
  RATE_LIMITED: 429,
  MEMORY_SHORT: 503,
  AUDIT_WAITING: 503,
  DATABASE_UNAVAILABLE: 503,
  REDIS_UNAVAILABLE: 503,
  ROOM_SILENT: 503,
  SERVER_NEEDED: 503,
};

/** HTTP status of an error code; 400 for codes without one of their own. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 400;
}

/** A request, as an endpoint reads it. */
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
  /** Purpose, in one line. */
  summary?: string;
  body?: z.ZodType<Body>;
  /** Error code of a body that does not fit. */
  invalid?: ErrorCode;
  /** Status of a good answer, 200 as a rule; 204 answers without a body. */
  status?: number;
  /** Shape of a good answer. */
  result?: z.ZodType<Result>;
  /** Codes it may answer with, besides those of every endpoint. */
  codes?: readonly ErrorCode[];
  /** True: it needs an access token, which `answer` checks; for the OpenAPI document. */
  signedIn?: boolean;
  /** True: it needs a session of the desk, which `answer` checks; for the OpenAPI document. */
  session?: boolean;
  /** Of the OpenAPI document, where `answer` checks the body or the query itself. */
  documents?: { readonly body?: z.ZodType; readonly query?: z.ZodObject };
  answer(asked: Asked<Body>): Promise<Result> | Result;
}

/** Makes a Colyseus endpoint that answers in JSON, and errors as `{ code, message }` with their status. */
export function endpoint<Body, Result>(question: Question<Body, Result>) {
  const { method, path, body, invalid = "MESSAGE_INVALID", status = 200, answer } = question;
  const metadata = { question: question as Question<never> };
  return createEndpoint(path, { method: method as "POST", metadata }, async (context) => {
    try {
      const parsed = body?.safeParse(context.body);
      if (parsed && !parsed.success) throw new RoomkeepError(invalid, messageOf(parsed.error));
      const headers = context.request?.headers ?? new Headers();
      const params = { ...context.params };
      const query = Object.fromEntries(new URL(context.request?.url ?? "http://host").searchParams);
      // The database takes no text with a NUL in it.
      if (holdsNul([parsed?.data, params, query]))
        throw new RoomkeepError(invalid, "A text holds a NUL, which no text may.");
      const result = await answer({
        body: parsed?.data as Body,
        params,
        query,
        headers,
        token: headers.get("authorization")?.match(/^Bearer (\S{1,2048})$/)?.[1],
        address: headers.get(ADDRESS_HEADER) ?? "",
      });
      return result instanceof Response ? result : json(status, result);
    } catch (error) {
      const told = toldOf(error);
      if (!(told instanceof RoomkeepError)) throw error;
      const answer = json(statusOf(told.code), { code: told.code, message: told.message });
      if (told.retryAfterS !== undefined) answer.headers.set("retry-after", String(told.retryAfterS));
      return answer;
    }
  });
}

/** Looks into all values, however deep; keys are those of shapes. */
function holdsNul(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === "string" && next.includes("\0")) return true;
    if (typeof next === "object" && next !== null) for (const inner of Object.values(next)) left.push(inner);
  }
  return false;
}

function toldOf(error: unknown): unknown {
  if (isLostConnection(error)) return new RoomkeepError("DATABASE_UNAVAILABLE", undefined, { cause: error });
  // What the matchmaker refuses has our error as its cause.
  return error instanceof Error && error.cause instanceof RoomkeepError ? error.cause : error;
}

function messageOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") || "body"}: ${issue?.message ?? "does not fit"}`;
}

/** A JSON answer that no cache stores. */
export function json(status: number, body: unknown): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  });
}
