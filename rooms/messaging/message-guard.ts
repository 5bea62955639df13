import type { Client } from "@colyseus/core";
import type { z } from "zod";
import { type Refusal, refuse } from "../../shared/index.ts";
import type { Strikes } from "../transport/strikes.ts";

/** A token bucket: `perSecond` refill, at most `burst` at once. */
export interface RateLimit {
  perSecond: number;
  burst: number;
}

/** How often a player may send a message of a type that has no rate of its own. */
const DEFAULT_RATE: RateLimit = { perSecond: 10, burst: 20 };

interface Bucket {
  tokens: number;
  at: number;
}

/** Room-level validation: schemas, rates and strikes, each refusal with a named reason. */
export interface MessageGuard {
  /** Checks one message; a refusal has changed nothing. */
  check<T>(client: Client, type: string, schema: z.ZodType<T> | undefined, payload: unknown): Verdict<T>;
  /** Tells a client what was refused; a malformed or unknown message is a strike. */
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
export function openMessageGuard(
  rates: Record<string, RateLimit>,
  now: () => number,
  strikes: Strikes,
): MessageGuard {
  const senders = new WeakMap<Client, Map<string, Bucket>>();
  const bucketsOf = (client: Client) => {
    let buckets = senders.get(client);
    if (!buckets) {
      buckets = new Map();
      senders.set(client, buckets);
    }
    return buckets;
  };

  return {
    check(client, type, schema, payload) {
      if (!take(bucketsOf(client), type, rates[type] ?? DEFAULT_RATE, now())) {
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
      if (code === "MESSAGE_INVALID" || code === "MESSAGE_UNKNOWN") strikes.add(client, `${code} ${type}`);
    },
    forget(client) {
      senders.delete(client);
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
  if (!(bucket.tokens >= 1)) return false;
  bucket.tokens -= 1;
  return true;
}
