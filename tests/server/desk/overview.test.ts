import { bootServer } from "roomkeep/testing";
import { expect, test } from "vitest";
import { FINE } from "../../../server/desk/overview/history.ts";
import { openOverview } from "../../../server/desk/overview/overview.ts";
import { games } from "../../../server/main.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

test("a server samples its rooms, ticks, joins and refusals, and its database", async () => {
  const world = await bootServer(games);
  try {
    const { overview } = world.server.foundation.watch;
    const ann = await world.join("plaza");
    await expect(world.join("plaza", { code: "ZZZZ" })).rejects.toThrow("not found");
    await ann.patches(5);
    const sum = (column: readonly (number | null)[]) =>
      column.reduce<number>((all, one) => all + (one ?? 0), 0);
    // Steps are taken by the clock, every five seconds.
    await expect.poll(() => sum(overview.read().hour.joined)).toBe(1);
    await expect.poll(() => overview.read().processes[0]?.players).toBe(1);
    await expect.poll(() => sum(overview.read().hour.refused)).toBe(1);
    // The step in which she joined may have few ticks.
    await expect.poll(() => sum(overview.read().hour.ticks)).toBeGreaterThan(4);
    const { processes, hour, failures, at } = overview.read();
    expect(processes).toEqual([
      expect.objectContaining({
        processId: world.server.processId,
        self: true,
        draining: false,
        rooms: 1,
        databaseMs: expect.any(Number),
      }),
    ]);
    expect(processes[0]?.address).toMatch(/:\d+$/);
    expect(processes[0]?.redisMs).toBeUndefined();
    expect((processes[0]?.sampledAt ?? 1) % FINE.stepMs).toBe(0);
    expect(processes[0]?.sampledAt).toBeLessThanOrEqual(at);
    expect(hour.tickP99Ms.some((one) => Number(one) > 0)).toBe(true);
    expect(failures.hour).toEqual([{ code: "ROOM_UNKNOWN", count: 1 }]);
  } finally {
    await world.close();
  }
});

describeOnEachDatabase("an overview", (open) => {
  const opened = async () => {
    const { ds } = await open();
    const clock = { now: Math.floor(Date.now() / 60_000) * 60_000 - 600_000 };
    let count = 0;
    let isAway = false;
    const start = async () => {
      count += 1;
      const processId = `p${count}`;
      const overview = openOverview({
        ds: new Proxy(ds, {
          get: (of, key) =>
            isAway && key === "query" ? () => Promise.reject(new Error("away")) : Reflect.get(of, key),
        }),
        log: testLog,
        self: () => ({ processId, address: "host:2567", version: "1" }),
        living: () => undefined,
        now: () => clock.now,
        timers: false,
        sampled: {
          load: () => ({ rooms: 2, players: 7 }),
          memory: () => 0.5,
          isDraining: () => false,
          askDatabase: () => (isAway ? Promise.reject(new Error("away")) : ds.query("SELECT 1")),
          askRedis: undefined,
        },
      });
      await overview.begin();
      return overview;
    };
    const run = async (overview: Awaited<ReturnType<typeof start>>, steps: number) => {
      for (let step = 0; step < steps; step++) {
        clock.now += FINE.stepMs;
        await overview.step(clock.now);
      }
    };
    return {
      ds,
      clock,
      start,
      run,
      away(is: boolean) {
        isAway = is;
      },
    };
  };

  test("survives a restart, and a kill up to its last minute", async () => {
    const { ds, clock, start, run } = await opened();
    const first = await start();
    await run(first, 30);
    const [{ rows } = { rows: 0 }] = await ds.query<{ rows: number }[]>(
      "SELECT count(*)::int AS rows FROM metric_history",
    );
    expect(rows).toBeGreaterThanOrEqual(1); // a statement a minute, without any close
    expect(rows).toBeLessThanOrEqual(2);
    await first.close();
    const second = await start();
    await run(second, 2);
    const { hour } = second.read();
    expect(hour.players.filter((one) => one !== null)).toEqual(Array(32).fill(7));
    expect(second.read("p1").hour.players.filter((one) => one !== null)).toHaveLength(30);
    expect(hour.at.at(-1)).toBe(clock.now);
    expect(second.read().processes).toHaveLength(1);
    await second.close();
  });

  test("tells that the database is away, and writes what it saw once it is back", async () => {
    const { start, run, away } = await opened();
    const first = await start();
    await run(first, 12);
    away(true);
    await run(first, 24);
    expect(first.read().processes[0]?.databaseMs).toBeNull();
    away(false);
    await first.close();
    const second = await start();
    const { hour } = second.read();
    expect(hour.away.filter((one) => one === 1)).toHaveLength(24);
    expect(hour.players.filter((one) => one !== null)).toHaveLength(36);
    await second.close();
  });

  test("keeps an hour of samples in the database and a day of minutes", async () => {
    const { ds } = await opened();
    await ds.query(
      `INSERT INTO metric_history (process_id, at, samples, merged, merged_of)
       SELECT 'p', now() - make_interval(mins => n), '[]', '{}', 12 FROM generate_series(1, 3000) AS n`,
    );
    const { historyRetention } = await import("../../../server/desk/overview/history-rows.ts");
    await applyRetention(ds, [historyRetention]);
    const [kept] = await ds.query<object[]>(
      "SELECT count(*)::int AS minutes, count(samples)::int AS whole FROM metric_history",
    );
    expect(kept).toEqual({ minutes: 1_441, whole: 61 });
  });
});
