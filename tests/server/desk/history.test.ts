import { expect, test } from "vitest";
import { COARSE, FINE, openHistory } from "../../../server/desk/overview/history.ts";
import { readHistory, rowsOf, writeHistory } from "../../../server/desk/overview/history-rows.ts";
import type { Sample } from "../../../server/desk/overview/sample.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const HOUR = FINE.spanMs;
/** A whole step of both grains. */
const NOON = Math.floor(Date.UTC(2026, 5, 1, 12) / COARSE.stepMs) * COARSE.stepMs;

const sampleOf = (at: number, more: Partial<Sample> = {}): Sample => ({
  at,
  rooms: 1,
  players: 10,
  busy: 0.1,
  memory: 0.2,
  ticks: 100,
  late: 1,
  tickP99Ms: 5,
  joins: {},
  databaseMs: 1,
  draining: false,
  ...more,
});
/** The last value of a column, and the sum of what is known of it. */
const lastOf = (column: readonly (number | null)[]) => column.at(-1);
const sumOf = (column: readonly (number | null)[]) =>
  column.reduce<number>((sum, one) => sum + (one ?? 0), 0);

test("processes are summed step by step: players and counts added, times and shares of the worst", () => {
  const history = openHistory();
  history.add("a", sampleOf(NOON, { tickP99Ms: 8, joins: { joined: 2, ROOM_FULL: 3 } }));
  history.add("b", sampleOf(NOON, { players: 5, tickP99Ms: 40, memory: 0.9, databaseMs: null }));
  history.add("b", sampleOf(NOON, { players: 500 })); // known already
  const hour = history.series("hour", NOON);
  expect(hour.at).toHaveLength(720);
  expect([lastOf(hour.at), hour.stepS]).toEqual([NOON, 5]);
  expect(lastOf(hour.players)).toBe(15);
  expect(lastOf(hour.tickP99Ms)).toBe(40);
  expect(lastOf(hour.memory)).toBe(0.9);
  expect([lastOf(hour.ticks), lastOf(hour.late)]).toEqual([200, 2]);
  expect([lastOf(hour.joined), lastOf(hour.refused)]).toEqual([2, 3]);
  expect([lastOf(hour.processes), lastOf(hour.away)]).toEqual([2, 1]);
  expect(hour.players.at(-2)).toBeNull();
  expect(lastOf(history.series("hour", NOON, "a").players)).toBe(10);
  expect(sumOf(history.series("hour", NOON, "nobody").players)).toBe(0);
  expect(history.failures("hour", NOON)).toEqual([{ code: "ROOM_FULL", count: 3 }]);
});

test("a player who moves between processes is counted once in the day", () => {
  const history = openHistory();
  for (let step = 1; step <= 24; step++) {
    const at = NOON + step * FINE.stepMs;
    history.add("a", sampleOf(at, { players: step <= 12 ? 100 : 0 }));
    history.add("b", sampleOf(at, { players: step <= 12 ? 0 : 100 }));
  }
  expect(lastOf(history.series("day", NOON + COARSE.stepMs).players)).toBe(100);
});

test("an hour of steps is kept, and a day of what they are merged to, however long it runs", () => {
  const history = openHistory();
  const last = NOON + 25 * HOUR;
  for (let at = NOON; at <= last; at += FINE.stepMs) history.add("a", sampleOf(at));
  expect(history.since("a", 0)).toHaveLength(720);
  const day = history.series("day", last);
  expect(day.at).toHaveLength(720);
  expect(day.players.every((one) => one === 10)).toBe(true);
  expect(sumOf(history.series("hour", last).ticks)).toBe(72_000);
  expect(history.series("hour", last + 2 * HOUR).players.every((one) => one === null)).toBe(true);
});

test("of processes that came and went, the longest silent is forgotten", () => {
  const history = openHistory();
  for (let one = 0; one < 60; one++) history.add(`p${one}`, sampleOf(NOON + one * FINE.stepMs));
  expect(history.known()).toHaveLength(48);
  expect(history.known()).toContain("p59");
  expect(history.known()).not.toContain("p0");
});

test("samples become a row a minute", () => {
  const samples = Array.from({ length: 24 }, (_, step) => sampleOf(NOON + (step + 1) * FINE.stepMs));
  const rows = rowsOf(samples);
  expect(rows.map(({ at, samples: some }) => [at - NOON, some.length])).toEqual([
    [60_000, 12],
    [120_000, 12],
  ]);
  expect(rows[0]?.merged).toMatchObject({ of: 12, sample: { ticks: 1_200, players: 10 } });
});

describeOnEachDatabase("the history of an overview", (open) => {
  test("is read back by the next process: the hour as it was, the day merged", async () => {
    const { ds } = await open();
    const now = Math.floor(Date.now() / FINE.stepMs) * FINE.stepMs;
    const recent = Array.from({ length: 30 }, (_, step) => sampleOf(now - step * FINE.stepMs)).reverse();
    const old = Array.from({ length: 12 }, (_, step) =>
      sampleOf(now - 3 * HOUR - step * FINE.stepMs),
    ).reverse();
    await writeHistory(ds, "before", [...old, ...recent]);
    await writeHistory(ds, "before", recent); // the answer was lost: it stays as it is

    const history = openHistory();
    history.add("before", sampleOf(now, { players: 99 })); // what a heartbeat has brought already
    await readHistory(ds, history, COARSE.spanMs);
    const hour = history.series("hour", now);
    expect(hour.players.filter((one) => one !== null)).toEqual([...Array(29).fill(10), 99]);
    expect(sumOf(history.series("day", now).ticks)).toBe(42 * 100);
    await readHistory(ds, history, COARSE.spanMs);
    expect(sumOf(hour.ticks)).toBe(30 * 100);
  });

  test("of another version is read as far as it is understood", async () => {
    const { ds } = await open();
    const now = Date.now();
    await ds.query(
      `INSERT INTO metric_history (process_id, at, samples, merged, merged_of)
       VALUES ('later', now(), '[{"at":"noon"}]', '{"at":"noon"}', 1)`,
    );
    const history = openHistory();
    await readHistory(ds, history, COARSE.spanMs);
    expect(history.series("hour", now).players.every((one) => one === null)).toBe(true);
  });
});
