import { ClusterPresence } from "./presence.ts";
import { openRedisClient, type RedisClient } from "./redis/redis-client.ts";
import { RoomDriver } from "./room-driver.ts";

/** What the processes of a cluster share. */
export interface Shared {
  readonly presence: ClusterPresence;
  readonly driver: RoomDriver;
  /** For heartbeats and counts, apart from what the matchmaker asks. */
  readonly link: RedisClient;
  /** Tells the list of rooms who is dead; nobody is until it was told. */
  knowDead(isDead: (processId: string) => boolean): void;
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
  let isDead = (_processId: string) => false;
  return {
    presence: opened,
    driver: new RoomDriver(listed, (processId) => isDead(processId)),
    link,
    knowDead(ask) {
      isDead = ask;
    },
    ping: () => link.send("PING"),
    async close() {
      link.close();
      listed.close();
      opened.shutdown();
    },
  };
}
