import type { Liveness } from "./member.ts";
import { ClusterPresence } from "./presence.ts";
import { openRedisClient, type RedisClient } from "./redis/redis-client.ts";
import { RoomDriver } from "./room-driver.ts";

/** Redis, as the processes of a cluster share it. */
export interface Shared {
  readonly presence: ClusterPresence;
  readonly driver: RoomDriver;
  /** Connection for heartbeats and rate limits; the driver has its own. */
  readonly link: RedisClient;
  /** Tells the driver which processes live; until then all do. */
  knowLiveness(of: (processId: string) => Liveness): void;
  /** Calls `listener` after each change to a listing of this process but that of how many are in a room. */
  onRooms(listener: () => void): void;
  /** Resolves when Redis answers. @throws RoomkeepError REDIS_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to Redis, which lets several processes share matchmaking.
 *
 * @param prefix in front of every key and channel: see `redis-prefix.ts`
 * @throws RoomkeepError REDIS_UNAVAILABLE within 5 s, naming the host and never the password
 * @throws RoomkeepError REDIS_UNSUITABLE
 */
export async function openRedis(url: string, prefix = ""): Promise<Shared> {
  // Whichever connection hears that it leads to a replica, all of them do.
  const onReplica = () => presence?.reconnect();
  let presence: ClusterPresence | undefined;
  const link = await openRedisClient(url, { prefix, onReplica });
  const listed = await openRedisClient(url, { prefix, onReplica }).catch((error) => {
    link.close();
    throw error;
  });
  const opened = new ClusterPresence(url, prefix);
  presence = opened;
  let livenessOf = (_processId: string): Liveness => "living";
  let roomsChanged = () => {};
  return {
    presence: opened,
    driver: new RoomDriver(listed, {
      livenessOf: (processId) => livenessOf(processId),
      onChange: () => roomsChanged(),
    }),
    link,
    knowLiveness(of) {
      livenessOf = of;
    },
    onRooms(listener) {
      roomsChanged = listener;
    },
    ping: () => link.send("PING"),
    async close() {
      link.close();
      listed.close();
      opened.shutdown();
    },
  };
}
