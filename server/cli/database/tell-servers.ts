import { FORGOTTEN, type Forgotten } from "../../cache.ts";
import { openRedisClient } from "../../cluster/redis/redis-client.ts";
import { choosePrefix } from "../../cluster/redis/redis-prefix.ts";
import type { Config } from "../../config.ts";

/**
 * Asks the running servers to forget what is in their caches, by the Redis that they share. Where none can be
 * asked they read it again by themselves, seconds later.
 */
export async function tellServers(config: Config, forgotten: Forgotten): Promise<void> {
  if (!config.redisUrl) return;
  try {
    const bare = await openRedisClient(config.redisUrl);
    try {
      const link = bare.under(await choosePrefix(config, bare));
      await link.send("PUBLISH", link.name(FORGOTTEN), JSON.stringify(forgotten));
    } finally {
      bare.close();
    }
  } catch (error) {
    console.error(`The running servers find out within ${config.cacheMs / 1_000} s: ${String(error)}`);
  }
}
