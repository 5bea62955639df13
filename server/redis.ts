import type { MatchMakerDriver, Presence } from "@colyseus/core";
import { RedisDriver } from "@colyseus/redis-driver";
import { RedisPresence } from "@colyseus/redis-presence";
import { createClient } from "redis";
import { RoomkeepError } from "../shared/index.ts";

const ANSWER_MS = 5_000;

/** Colyseus's presence and driver on one Redis, and a probe of our own. */
export interface Shared {
  readonly presence: Presence;
  readonly driver: MatchMakerDriver;
  /** Resolves when Redis answers. @throws RoomkeepError REDIS_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to Redis, which lets several processes share matchmaking.
 *
 * @throws RoomkeepError REDIS_UNAVAILABLE within 5 s, naming the host and never the password
 */
export async function openRedis(url: string): Promise<Shared> {
  const where = new URL(url).host;
  const probe = createClient({
    url,
    socket: { connectTimeout: ANSWER_MS, reconnectStrategy: (tries) => Math.min(tries * 100, 2_000) },
    disableOfflineQueue: true,
  });
  // Without a listener an outage would end the process; `ping` tells of it.
  probe.on("error", () => {});
  const gone = (cause: unknown) =>
    new RoomkeepError(
      "REDIS_UNAVAILABLE",
      `Redis at ${where} did not answer. Is it running? Without REDIS_URL one process runs alone.`,
      { cause },
    );
  try {
    await within(ANSWER_MS, probe.connect());
  } catch (error) {
    probe.destroy();
    throw gone(error);
  }
  return {
    presence: new RedisPresence(url),
    driver: new RedisDriver(url),
    async ping() {
      try {
        await within(ANSWER_MS, probe.ping());
      } catch (error) {
        throw gone(error);
      }
    },
    async close() {
      probe.destroy();
    },
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
