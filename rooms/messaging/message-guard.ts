import type { Client } from "@colyseus/core";
import type { z } from "zod";
import { CLOSE, type Refusal, refuse } from "../../shared/index.ts";

/** A token bucket: `perSecond` refill, at most `burst` at once. */
export interface RateLimit {
  perSecond: number;
  burst: number;
}

/** How often a player may send a message of a type that has no rate of its own. */
const DEFAULT_RATE: RateLimit = { perSecond: 10, burst: 20 };
/** Malformed messages within {@link STRIKE_WINDOW_MS} that close the connection. */
const STRIKES_MAX = 3;
const STRIKE_WINDOW_MS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

interface Sender {
  buckets: Map<string, Bucket>;
  strikes: number;
  strikesSince: number;
}

/** Room-level validation: schemas, rates and strikes, each refusal with a named reason. */
export interface MessageGuard {
  /** Checks one message; a refusal has changed nothing. */
  check<T>(client: Client, type: string, schema: z.ZodType<T> | undefined, payload: unknown): Verdict<T>;
  /** Tells a client what was refused and counts it; the third malformed message in ten seconds closes. */
  report(client: Client, type: string, refusal: Refusal, request?: string): void;
  forget(client: Client): void;
}

export type Verdict<T> = { ok: true; value: T } | Refusal;

/**
 * Opens the guard of one room.
 *
 * @param rates by message type; others may send 10 a second, 20 at once
 * @param now milliseconds, the room's clock
 */
export function openMessageGuard(rates: Record<string, RateLimit>, now: () => number): MessageGuard {
  const records = new WeakMap<Client, Sender>();
  const recordOf = (client: Client) => {
    let record = records.get(client);
    if (!record) {
      record = { buckets: new Map(), strikes: 0, strikesSince: 0 };
      records.set(client, record);
    }
    return record;
  };

  return {
    check(client, type, schema, payload) {
      if (!take(recordOf(client).buckets, type, rates[type] ?? DEFAULT_RATE, now())) {
        return refuse("RATE_LIMITED", `Too many "${type}" messages; wait a moment.`);
      }
      if (!schema) return { ok: true, value: payload as never };
      const parsed = schema.safeParse(payload);
      if (parsed.success) return { ok: true, value: parsed.data };
      const issue = parsed.error.issues[0];
      const where = issue?.path.length ? `${issue.path.join(".")} ` : "";
      return refuse("MESSAGE_INVALID", `${type}: ${where}${issue?.message ?? "does not fit"}`);
    },
    report(client, type, { code, reason }, request) {
      client.send("refused", { type, code, reason, request });
      if (code !== "MESSAGE_INVALID" && code !== "MESSAGE_UNKNOWN") return;
      const record = recordOf(client);
      if (now() - record.strikesSince > STRIKE_WINDOW_MS) {
        record.strikes = 0;
        record.strikesSince = now();
      }
      if (++record.strikes >= STRIKES_MAX) client.leave(CLOSE.ABUSE, "too many malformed messages");
    },
    forget(client) {
      records.delete(client);
    },
  };
}

function take(buckets: Map<string, Bucket>, type: string, rate: RateLimit, at: number): boolean {
  // Unknown types share one bucket: a client must not grow the map by inventing names.
  const key = buckets.has(type) || buckets.size < 64 ? type : "*";
  let bucket = buckets.get(key);
  if (!bucket) {
    bucket = { tokens: rate.burst, at };
    buckets.set(key, bucket);
  }
  bucket.tokens = Math.min(rate.burst, bucket.tokens + ((at - bucket.at) / 1000) * rate.perSecond);
  bucket.at = at;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
