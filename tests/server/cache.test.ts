import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { type CachesOptions, type Forgotten, openCaches } from "../../server/cache.ts";
import { handClock } from "../helpers/characters.ts";

/** A cache over a table that the test writes, and which counts how often it is read. */
function openOver(options: Partial<CachesOptions> = {}) {
  const table = new Map<string, string>();
  const reads: string[] = [];
  const told: Forgotten[] = [];
  const clock = handClock();
  clock.advance(1); // the library takes 0 for no time at all
  const registry = new Registry();
  let waiting: Promise<unknown> | undefined;
  const caches = openCaches({
    keepMs: 10_000,
    size: 100,
    registry,
    tell: (forgotten) => void told.push(forgotten),
    now: clock.now,
    ...options,
  });
  const cache = caches.open("names", {
    async read(key) {
      reads.push(key);
      const value = table.get(key);
      await waiting;
      if (value === undefined) throw new Error("none");
      return value;
    },
  });
  const hold = () => {
    let go = () => {};
    waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    return go;
  };
  return { table, reads, told, clock, registry, caches, cache, hold };
}

it("reads once for all who ask within its time, and again after it", async () => {
  const { table, reads, cache, clock } = openOver();
  table.set("a", "Ann");
  expect(await Promise.all([cache.get("a"), cache.get("a")])).toEqual(["Ann", "Ann"]);
  table.set("a", "Anna");
  clock.advance(9_999);
  expect(await cache.get("a")).toBe("Ann");
  clock.advance(2);
  expect(await cache.get("a")).toBe("Anna");
  expect(reads).toEqual(["a", "a"]);
});

it("counts its time from the beginning of a reading", async () => {
  const { table, cache, clock, hold } = openOver();
  table.set("a", "Ann");
  const go = hold();
  const slow = cache.get("a");
  table.set("a", "Anna");
  clock.advance(10_001);
  go();
  expect(await slow).toBe("Ann");
  expect(await cache.get("a")).toBe("Anna");
});

it("forgets a key and what is below it, tells the others, and takes what they tell", async () => {
  const { table, reads, told, cache, caches } = openOver();
  for (const key of ["a", "a/1", "a/2", "ab"]) {
    table.set(key, key);
    await cache.get(key);
  }
  reads.length = 0;
  cache.forget("a");
  expect(told).toEqual([["names", "a"]]);
  for (const key of ["a", "a/1", "a/2", "ab"]) await cache.get(key);
  expect(reads).toEqual(["a", "a/1", "a/2"]);
  reads.length = 0;
  caches.take(["names", "a/1"]);
  caches.take(["unknown here", "a/2"]);
  for (const key of ["a", "a/1", "a/2", "ab"]) await cache.get(key);
  expect(reads).toEqual(["a/1"]);
  expect(told).toHaveLength(1);
});

it("does not keep a reading that was begun before the change", async () => {
  const { table, cache, hold } = openOver();
  table.set("a", "Ann");
  const go = hold();
  const before = cache.get("a");
  table.set("a", "Anna");
  cache.forget("a");
  go();
  expect(await before).toBe("Ann");
  expect(await cache.get("a")).toBe("Anna");
});

it("does not keep a reading that failed, nor let it take a later one with it", async () => {
  const { table, cache, hold } = openOver();
  const go = hold();
  const failing = cache.get("a");
  cache.forget("a");
  table.set("a", "Ann");
  const later = cache.get("a");
  table.set("a", "Anna");
  go();
  await expect(failing).rejects.toThrow("none");
  expect(await later).toBe("Ann");
  expect(await cache.get("a")).toBe("Ann");
  await expect(cache.get("b")).rejects.toThrow("none");
  table.set("b", "Bob");
  expect(await cache.get("b")).toBe("Bob");
});

it("has room for so many, and the one that was not read for longest goes", async () => {
  const { table, reads, cache } = openOver({ size: 2 });
  for (const key of ["a", "b", "c"]) table.set(key, key);
  for (const key of ["a", "b", "a", "c", "a", "b"]) await cache.get(key);
  expect(reads).toEqual(["a", "b", "c", "b"]);
});

it("keeps nothing where the operator says so", async () => {
  const { table, reads, cache } = openOver({ keepMs: 0 });
  table.set("a", "Ann");
  await cache.get("a");
  await cache.get("a");
  expect(reads).toEqual(["a", "a"]);
});

it("counts what was kept and what was read", async () => {
  const { table, cache, registry } = openOver();
  table.set("a", "Ann");
  for (let n = 0; n < 4; n++) await cache.get("a");
  const text = await registry.metrics();
  expect(text).toContain('roomkeep_cache_reads_total{cache="names",outcome="hit"} 3');
  expect(text).toContain('roomkeep_cache_reads_total{cache="names",outcome="miss"} 1');
});
