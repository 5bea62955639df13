import { afterAll, beforeAll, expect, it } from "vitest";
import type { OverviewAll } from "../../server/desk/overview/overview.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

const SCRIPT = ["tests/helpers/servers/watched-processes.ts"];

/** What a process shows of all. */
function overviewOf({ child }: ServerProcess): Promise<OverviewAll> {
  return new Promise((done) => {
    const take = (message: { overview?: OverviewAll }) => {
      if (!message.overview) return;
      child.off("message", take);
      done(message.overview);
    };
    child.on("message", take);
    child.send({ ask: "overview" });
  });
}
const knownOf = (column: readonly (number | null)[]) => column.filter((one) => one !== null).length;

describeCluster("the overview of a cluster", (open) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await open();
  });
  afterAll(() => cluster.close());

  it("is the same from any process, and the hour outlives those that are killed", async () => {
    const [one, two] = await Promise.all([cluster.start({}, SCRIPT), cluster.start({}, SCRIPT)]);
    await expect
      .poll(async () => (await overviewOf(two)).processes.filter(({ sampledAt }) => sampledAt > 0).length)
      .toBe(2);
    await expect.poll(async () => (await overviewOf(one)).hour.processes.includes(2)).toBe(true);
    const { processes } = await overviewOf(one);
    expect(processes.map(({ self }) => self).sort()).toEqual([false, true]);
    expect(
      processes.every(({ redisMs, databaseMs }) => Number(redisMs) >= 0 && Number(databaseMs) >= 0),
    ).toBe(true);
    await one.end("SIGTERM");
    await two.end("SIGKILL");
    const three = await cluster.start({}, SCRIPT);
    const after = await overviewOf(three);
    // What the first had written at its end.
    expect(knownOf(after.hour.processes)).toBeGreaterThan(0);
  });
});
