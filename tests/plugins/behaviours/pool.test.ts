import { afterEach, describe, expect, it } from "vitest";
import { ATTACKS } from "../../../drills/behaviours/attacks.ts";
import { type Outcome, openPool, type Pool } from "../../../plugins/behaviours/pool/pool.ts";
import { DEFAULT_LIMITS } from "../../../plugins/behaviours/sandbox/limits.ts";
import { testLog } from "../../helpers/databases.ts";

let pool: Pool;
afterEach(() => pool.close());

/** One worker; a second without coming back is a hang, on a machine that does other things too. */
function open({ moduleMb = 128, stallMs = 1_000, stackKb = DEFAULT_LIMITS.stackKb } = {}): Pool {
  pool = openPool({ workers: 1, limits: { ...DEFAULT_LIMITS, stackKb }, moduleMb, stallMs, log: testLog });
  return pool;
}

const COUNTS = "on('decide', () => { memory.n = (memory.n ?? 0) + 1; say(String(memory.n)); });";
/** Hangs in a search, where the engine asks nobody whether it may go on. */
const HANGS = `on('decide', () => {
  const text = 'a'.repeat(60_000);
  for (;;) text.indexOf(text.slice(0, 30_000) + 'b');
});`;

/** A room with scripts by the ids of their actors, turn by turn. */
function roomOf(scripts: Readonly<Record<string, string>>, room = "room") {
  const ids = Object.keys(scripts);
  const memory: Record<string, string> = {};
  const asleep = new Set<string>();
  let tick = 0;
  return {
    memory,
    asleep,
    async turn(who = ids): Promise<Map<string, Outcome>> {
      tick += 1;
      const outcomes = await pool.decide({
        ...{ room, tick, timeS: tick / 20, seed: 7, senseM: 30 },
        table: { version: 1, ids, kinds: ids.map(() => "villager"), names: ids },
        poses: Float32Array.from(ids.flatMap((_, row) => [row * 2, 0, 0, 0])),
        agents: who
          .filter((id) => !asleep.has(id))
          .map((id) => ({
            ...{ id, row: ids.indexOf(id), source: scripts[id] ?? "", memory: memory[id] ?? "{}" },
            ...{ self: { moving: false }, heard: [] },
          })),
      });
      for (const { id, memory: changed, sleeps } of outcomes) {
        if (changed !== undefined) memory[id] = changed;
        if (sleeps) asleep.add(id);
      }
      return new Map(outcomes.map((outcome) => [outcome.id, outcome]));
    },
  };
}

describe("a pool", () => {
  it("lets the scripts of several rooms decide, each by what it sees and remembers", async () => {
    open();
    const looks = "on('decide', () => say(near(3).map(({ id, distance }) => id + ' ' + distance).join()));";
    const [one, two] = [
      roomOf({ ann: looks, bob: COUNTS, eve: COUNTS }, "one"),
      roomOf({ ann: COUNTS }, "two"),
    ];
    const [first, other] = await Promise.all([one.turn(), two.turn()]);
    expect(first.get("ann")?.intents).toEqual([["say", "bob 2"]]);
    expect(other.get("ann")).toEqual({ id: "ann", intents: [["say", "1"]], memory: '{"n":1}' });
    expect((await one.turn()).get("bob")?.intents).toEqual([["say", "2"]]);
    expect(pool.size).toBe(4);
    pool.forgetRoom("one");
    expect(pool.size).toBe(1);
    // It opens again: the worker was told to forget all of it, and who is there.
    await two.turn();
    expect((await one.turn(["ann"])).get("ann")?.intents).toEqual([["say", "bob 2"]]);
  });

  it("begins another script with the memory of the one before, and forgets that of an actor that has gone", async () => {
    open();
    const scripts: Record<string, string> = { ann: COUNTS };
    const room = roomOf(scripts);
    await room.turn();
    scripts.ann = "on('decide', () => say('then ' + memory.n));";
    expect((await room.turn()).get("ann")?.intents).toEqual([["say", "then 1"]]);
    pool.forget("room", "ann");
    room.memory.ann = "{}";
    expect((await room.turn()).get("ann")?.intents).toEqual([["say", "then undefined"]]);
  });

  it("contains each class of attack, by name, while the neighbours go on; the third fault puts to sleep", async () => {
    // A bomb takes a while to fill a module: here it is to be told by its own name.
    open({ moduleMb: 64, stallMs: 20_000 });
    const attackers = Object.entries(ATTACKS).filter(([name]) => name !== "slow memory leak");
    const scripts = {
      ...Object.fromEntries(attackers.map(([name, { source }]) => [name, source])),
      ann: COUNTS,
    };
    const room = roomOf(scripts);
    for (const n of [1, 2, 3]) {
      const outcomes = await room.turn();
      for (const [name, { code }] of attackers) {
        expect(outcomes.get(name)?.fault?.code, name).toBe(code);
        expect(outcomes.get(name)?.sleeps, name).toBe(n === 3 ? true : undefined);
      }
      expect(outcomes.get("ann")?.intents).toEqual([["say", String(n)]]);
    }
    expect((await room.turn()).size).toBe(1);
    expect(pool.counts).toMatchObject({ asleep: attackers.length, stalled: 0, exited: 0 });
    expect(Object.values(pool.counts.faults).reduce((sum, count) => sum + count)).toBe(3 * attackers.length);
  });

  it("ends a worker in which a script hangs, blames that script alone, and goes on with the others' memory", async () => {
    open({ stallMs: 300 });
    const room = roomOf({ ann: COUNTS, hangs: HANGS, bob: COUNTS });
    await room.turn(["ann", "bob"]);
    for (const n of [1, 2, 3]) {
      const outcomes = await room.turn(["ann", "hangs", "bob"]);
      expect([...outcomes.keys()]).toEqual(["hangs"]);
      expect(outcomes.get("hangs")).toMatchObject({ fault: { code: "STALLED" } });
      expect(room.asleep.has("hangs")).toBe(n === 3);
    }
    const after = await room.turn();
    expect(after.get("ann")?.intents).toEqual([["say", "2"]]);
    expect(after.get("bob")?.intents).toEqual([["say", "2"]]);
    expect(pool.counts).toMatchObject({ stalled: 3, faults: { STALLED: 3 } });
  });

  it("goes on after a worker was killed by hand, and blames nobody", async () => {
    open();
    const room = roomOf({ ann: COUNTS, bob: COUNTS });
    await room.turn();
    const underWay = room.turn();
    await pool.kill(0);
    expect((await underWay).size).toBe(0);
    expect((await room.turn()).get("ann")?.intents).toEqual([["say", "2"]]);
    expect(pool.counts).toMatchObject({ exited: 1, missed: 2, faults: {} });
  });

  it("replaces a module that bombs have filled, and its scripts go on", async () => {
    open({ moduleMb: 32 });
    const { source } = ATTACKS["memory bomb"];
    const room = roomOf({ bomb: source, ann: COUNTS });
    for (const n of [1, 2, 3]) expect((await room.turn()).get("ann")?.intents).toEqual([["say", String(n)]]);
    expect((await room.turn()).get("ann")?.intents).toEqual([["say", "4"]]);
    expect(pool.counts.recycled).toBeGreaterThan(0);
    expect(pool.bytes).toBeLessThan(32 * 1024 * 1024);
  });

  it("replaces a module that broke under a script, and blames that script", async () => {
    // With a stack that is too large for the module, recursion breaks it.
    open({ stackKb: 2_048 });
    const room = roomOf({ deep: ATTACKS["deep recursion"].source, ann: COUNTS });
    for (const n of [1, 2, 3]) {
      const outcomes = await room.turn();
      expect(outcomes.get("deep")?.fault?.code).toBe("CRASHED");
      expect(outcomes.get("ann")?.intents).toEqual([["say", String(n)]]);
    }
    expect(pool.counts).toMatchObject({ recycled: 3, exited: 0 });
  });

  it("lets agents miss their turn while their worker is behind, rather than queue without end", async () => {
    open();
    const room = roomOf({ ann: COUNTS });
    const turns = await Promise.all(Array.from({ length: 20 }, () => room.turn()));
    expect(turns.filter((outcomes) => outcomes.size === 1)).toHaveLength(4);
    expect(pool.counts.missed).toBe(16);
  });
});
