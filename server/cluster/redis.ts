import { ClusterPresence } from "./presence.ts";
import { openRedisClient, type RedisClient } from "./redis-client.ts";
import { RoomDriver } from "./room-driver.ts";

/** Redis, as the processes of a cluster share it. */
export interface Shared {
  readonly presence: ClusterPresence;
  readonly driver: RoomDriver;
  /** Connection for heartbeats and rate limits; the driver has its own. */
  readonly link: RedisClient;
  /** Gives the driver its test for dead processes; until then none counts as dead. */
  knowDead(isDead: (processId: string) => boolean): void;
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
  const link = await openRedisClient(url);
  const listed = await openRedisClient(url).catch((error) => {
    link.close();
    throw error;
  });
  let isDead = (_processId: string) => false;
  return {
    presence: new ClusterPresence(url),
    driver: new RoomDriver(listed, (processId) => isDead(processId)),
    link,
    knowDead(ask) {
      isDead = ask;
    },
    ping: () => link.send("PING"),
    async close() {
      link.close();
    },
  };
}
