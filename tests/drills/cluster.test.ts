import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DrillCluster, openDrillCluster } from "../../drills/cluster/fleet.ts";
import { redisAway } from "../../drills/cluster/redis.ts";
import { roll } from "../../drills/cluster/roll.ts";
import { travel } from "../../drills/cluster/travel.ts";
import { missingPostgres } from "../helpers/databases.ts";
import { describeWithRedis } from "../helpers/redis.ts";

// Short runs, one after the other on one cluster; how fast they are is for the drills themselves.
const suite = () => {
  let cluster: DrillCluster;
  beforeAll(async () => {
    cluster = await openDrillCluster(3);
  });
  afterAll(() => cluster.close());

  test("Redis away: those in rooms play on, joins are refused with a code, /ready tells the truth", async () => {
    const result = await redisAway(cluster, { outageMs: 5_000, bots: 3 });
    expect(result).toMatchObject({ kicked: 0, stood: 0, readyLied: 0 });
    expect(Object.keys(result.refused)).toEqual(["REDIS_UNAVAILABLE"]);
  }, 120_000);

  test("a process killed in the middle of a hand-over: nobody is lost, nobody is in two places, the party is whole", async () => {
    const result = await travel(cluster, { cycles: 1, calm: 1, singles: 2, harms: ["kill"], tell: () => {} });
    expect(result).toMatchObject({ harmed: 1, lost: 0, twoPlaces: 0, partySplit: 0, findings: [] });
  }, 120_000);

  test("a rolling restart loses nobody, no coin and no world", async () => {
    const result = await roll(cluster, 6);
    expect(result).toMatchObject({ playersLost: 0, worldKept: true, sumsEqual: true });
    expect(result.carried).toBeGreaterThanOrEqual(6);
    expect(result.traded).toBeGreaterThan(10);
  }, 120_000);
};

if (missingPostgres === null) describeWithRedis("the drills of a cluster", suite);
else if (process.env.CI === "true") test("the drills of a cluster", () => expect(missingPostgres).toBeNull());
else {
  console.error(`\n!!! the drills of a cluster: not run: ${missingPostgres}\n`);
  describe.skip("the drills of a cluster", suite);
}
