import type { Client } from "@colyseus/core";
import type { z } from "zod";
import { type Refusal, refuse } from "../../shared/index.ts";
import type { Strikes } from "../transport/strikes.ts";
import { OTHER_MESSAGES, type RateLimit, TokenBuckets } from "./rate-limit.ts";

/** Room-level validation: schemas, rate limits and strikes, each refusal with a named reason. */
export interface MessageGuard {
  /** Checks one message, which counts for so many; a refusal has changed nothing. */
  check<T>(
    client: Client,
    type: string,
    schema: z.ZodType<T> | undefined,
    payload: unknown,
    weight?: number,
  ): Verdict<T>;
  /**
   * Tells a client what was refused; a malformed or unknown message is a strike. That messages of a type come
   * too often is told once until one is let through, but for requests, each of which has its answer.
   */
  report(client: Client, type: string, refusal: Refusal, request?: string): void;
  forget(client: Client): void;
}

export type Verdict<T> = { ok: true; value: T } | Refusal;

/**
 * Opens the guard of one room.
 *
 * @param rates rate limits by message type; other types have {@link OTHER_MESSAGES}
 * @param now milliseconds, the room's clock
 */
export function openMessageGuard(
  rates: Record<string, RateLimit>,
  now: () => number,
  strikes: Strikes,
): MessageGuard {
  const senders = new WeakMap<Client, TokenBuckets>();
  const bucketsOf = (client: Client) => {
    let buckets = senders.get(client);
    if (!buckets) {
      buckets = new TokenBuckets();
      senders.set(client, buckets);
    }
    return buckets;
  };

  return {
    check(client, type, schema, payload, weight = 1) {
      if (!bucketsOf(client).take(type, rates[type] ?? OTHER_MESSAGES, now(), weight)) {
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
      const isTold = code !== "RATE_LIMITED" || request !== undefined || bucketsOf(client).isNews(type);
      if (isTold) client.send("refused", { type, code, reason, request });
      if (code === "MESSAGE_INVALID" || code === "MESSAGE_UNKNOWN") strikes.add(client, `${code} ${type}`);
    },
    forget(client) {
      senders.delete(client);
    },
  };
}
