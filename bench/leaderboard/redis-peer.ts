import { createClient } from "redis";
import type { Peer, Player } from "./peer.ts";

const KEY = "board";
/** Scores of one ZADD while it is filled. */
const AT_ONCE = 1_000;

/** The same board as a sorted set of Redis. */
export async function openRedisPeer(
  url: string,
): Promise<Peer & { fill(players: readonly Player[]): Promise<void>; close(): Promise<void> }> {
  const client = await createClient({ url }).connect();
  return {
    async fill(players) {
      for (let n = 0; n < players.length; n += AT_ONCE)
        await client.zAdd(
          KEY,
          players.slice(n, n + AT_ONCE).map(({ accountId: value, score }) => ({ value, score })),
        );
    },
    async around({ accountId }, beside) {
      const rank = (await client.zRevRank(KEY, accountId)) ?? 0;
      await client.zRangeWithScores(KEY, Math.max(0, rank - beside), rank + beside, { REV: true });
      return rank + 1;
    },
    submit: ({ accountId: value }, score) => client.zAdd(KEY, { value, score }, { comparison: "GT" }),
    close: async () => client.destroy(),
  };
}
