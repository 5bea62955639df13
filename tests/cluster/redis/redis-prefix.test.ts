import pg from "pg";
import { type Games, readConfig, startServer } from "roomkeep/server";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { MeadowRoom } from "../../../games/meadow/room.ts";
import { openLivenessLock } from "../../../server/cluster/dead-leases.ts";
import { beat } from "../../../server/cluster/heartbeat-scripts.ts";
import { openRedisClient, type RedisClient } from "../../../server/cluster/redis/redis-client.ts";
import { choosePrefix, UNPREFIXED } from "../../../server/cluster/redis/redis-prefix.ts";
import { describeWithPostgresAndRedis } from "../../helpers/cluster.ts";
import { newPostgresDatabase, testLog } from "../../helpers/databases.ts";
import type { TestRedis } from "../../helpers/redis.ts";

describeWithPostgresAndRedis("what stands in front of a deployment's keys in Redis", (openRedis) => {
  const databases: Awaited<ReturnType<typeof newPostgresDatabase>>[] = [];
  let redis: TestRedis;
  let bare: RedisClient;
  beforeAll(async () => {
    redis = await openRedis();
    bare = await openRedisClient(redis.url);
    databases.push(await newPostgresDatabase(), await newPostgresDatabase());
  });
  afterAll(async () => {
    bare.close();
    await redis.close();
    for (const one of databases) await one.close();
  });
  const choose = (n: 0 | 1, redisPrefix?: string, stay?: (name: string) => Promise<void>) =>
    choosePrefix({ databaseUrl: databases[n]?.url, dataDir: "data", redisPrefix }, bare, stay);
  /**
   * A process on a database, as those of before there were prefixes were: a session with its name, a
   * heartbeat without one.
   */
  const formerOn = async (n: 0 | 1, incarnation: string) => {
    await bare.run(beat, [], [incarnation, JSON.stringify({ incarnation })]);
    const line = await openLivenessLock(databases[n]?.url ?? "", incarnation, testLog);
    onTestFinished(() => line.close());
    return line;
  };
  const isFree = async (n: 0 | 1, name: string) => {
    const client = new pg.Client({ connectionString: databases[n]?.url });
    await client.connect();
    const { rows } = await client.query(
      "SELECT pg_try_advisory_lock(hashtextextended('roomkeep:' || $1, 0)) AS free",
      [name],
    );
    await client.end();
    return rows[0].free as boolean;
  };

  it("is made of the database: always the same, and another one for another database", async () => {
    const prefix = await choose(0);
    expect(prefix).toMatch(/^roomkeep-[0-9a-f]{12}:$/);
    expect(await choose(0)).toBe(prefix);
    expect(await choose(1)).not.toBe(prefix);
  });

  it("is what the setting says", async () => {
    expect(await choose(0, "staging:")).toBe("staging:");
    const stayed: string[] = [];
    expect(await choose(0, "none", async (name) => void stayed.push(name))).toBe("");
    expect(stayed).toEqual([UNPREFIXED]);
  });

  it("is nothing while a process of an earlier version lives on this database, or one that followed it", async () => {
    const former = await formerOn(0, "former");
    // The first new one, which starts beside it.
    const next = await formerOn(0, "next");
    expect(await choose(0, undefined, next.hold)).toBe("");
    // Another deployment on the same Redis is none of them.
    expect(await choose(1)).not.toBe("");
    await former.close();
    await expect.poll(() => isFree(0, "former")).toBe(true);
    // The second, when the old one has gone, and before the first has had a heartbeat.
    await bare.send("FLUSHALL");
    expect(await choose(0)).toBe("");
    await next.close();
    await expect.poll(() => isFree(0, UNPREFIXED)).toBe(true);
    expect(await choose(0)).toMatch(/^roomkeep-/);
  });

  it("is behind connections that a start which fails closes again", async () => {
    const env = { REDIS_URL: redis.url, DATABASE_URL: databases[1]?.url, PORT: "0", LOG_LEVEL: "silent" };
    const clients = async () => (await bare.send<string>("CLIENT", "LIST")).trim().split("\n").length;
    const start = (games: Games, page?: string) => startServer(games, readConfig(env), page);
    // Before there are rooms, and after.
    await expect(start({ meadow: MeadowRoom })).rejects.toMatchObject({ code: "PORTAL_UNKNOWN" });
    await expect.poll(clients).toBe(1);
    await expect(start({}, "there is no such page")).rejects.toMatchObject({ code: "PAGE_MISSING" });
    await expect.poll(clients).toBe(1);
    const own = new pg.Client({ connectionString: databases[1]?.url });
    await own.connect();
    const others =
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    await expect.poll(async () => (await own.query(others)).rows).toEqual([{ count: 0 }]);
    await own.end();
  });

  it("is not given up because a process of an earlier version died here once", async () => {
    const dead = await formerOn(0, "dead");
    await dead.close();
    await expect.poll(() => isFree(0, "dead")).toBe(true);
    expect(await choose(0)).toMatch(/^roomkeep-/);
  });
});
