import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createSystems,
  defineSystem,
  orderSystems,
  type System,
  type SystemContext,
  type SystemFault,
} from "../../../rooms/simulation/systems.ts";
import { Actor, WorldState } from "../../../shared/world/actor.ts";
import { createWorld } from "../../../shared/world/world.ts";

const named = (name: string, rest: Partial<System<string[]>> = {}): System<string[]> =>
  defineSystem<string[]>({ name, run: (ran) => ran.push(name), ...rest });
const names = (list: readonly System<string[]>[]) => orderSystems(list).map(({ name }) => name);

describe("systems", () => {
  test("run in the order that their needs ask for, else as listed", () => {
    const list = [
      named("c", { needs: ["b"] }),
      named("a"),
      named("b", { after: ["a", "not here"] }),
      named("d"),
    ];
    expect(names(list)).toEqual(["a", "b", "c", "d"]);
  });

  test("that wait for each other are refused at start, and the circle is named", () => {
    const list = [named("a", { needs: ["b"] }), named("b", { after: ["c"] }), named("c", { needs: ["a"] })];
    expect(() => createSystems(list, { tickHz: 20 })).toThrow(
      expect.objectContaining({ code: "SYSTEM_CYCLE", message: expect.stringContaining("a → b → c → a") }),
    );
    expect(() => orderSystems([named("self", { after: ["self"] })])).toThrow("self → self");
  });

  test("name what they miss, and names and rates must make sense", () => {
    expect(() => orderSystems([named("a", { needs: ["physics"] })])).toThrow(
      expect.objectContaining({
        code: "SYSTEM_MISSING",
        message: expect.stringContaining("a needs physics"),
      }),
    );
    const invalid = expect.objectContaining({ code: "SYSTEM_INVALID" });
    expect(() => orderSystems([named("a"), named("a")])).toThrow(invalid);
    expect(() => named("")).toThrow(invalid);
    expect(() => named("a", { hz: 1, everyMs: 5 })).toThrow(invalid);
    expect(() => named("a", { hz: Number.NaN })).toThrow(invalid);
    expect(() => named("a", { everyTicks: 1.5 })).toThrow(invalid);
    expect(() => createSystems([named("fast", { hz: 60 })], { tickHz: 20 })).toThrow(invalid);
  });

  test("any needs without a circle give an order that keeps them all", () => {
    const graphs = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { maxLength: 15 });
    fc.assert(
      fc.property(graphs, fc.integer(), (graph, seed) => {
        // Each needs only such with a lower number, so there is no circle; then the list is shuffled.
        const list = graph.map((needs, i) =>
          named(`s${i}`, { needs: [...new Set(needs.filter((need) => need < i))].map((need) => `s${need}`) }),
        );
        list.sort((a, b) => ((a.name.length * seed) % 7) - ((b.name.length * seed) % 5));
        const order = names(list);
        expect(order).toHaveLength(list.length);
        for (const { name, needs } of list) {
          for (const need of needs ?? []) expect(order.indexOf(need)).toBeLessThan(order.indexOf(name));
        }
      }),
    );
  });

  test("keep their rates: every tick, every third, 1 Hz, 600 ms, 3 Hz on average", () => {
    const rates = [
      named("every"),
      named("third", { everyTicks: 3 }),
      named("second", { hz: 1 }),
      named("600", { everyMs: 600 }),
      named("3hz", { hz: 3 }),
    ];
    const dts = new Map<string, number>();
    const observed = rates.map((one): System<string[]> => {
      const run: System<string[]>["run"] = (ran, { dtS }) => {
        dts.set(one.name, Number(dtS.toFixed(9)));
        ran.push(one.name);
      };
      return { ...one, run };
    });
    const systems = createSystems(observed, { tickHz: 20 });
    const ran: string[] = [];
    for (let tick = 1; tick <= 1200; tick++) systems.run(ran, { tick });
    const count = (name: string) => ran.filter((one) => one === name).length;
    expect(["every", "third", "second", "600", "3hz"].map(count)).toEqual([1200, 400, 60, 100, 180]);
    expect(Object.fromEntries(dts)).toEqual({
      every: 0.05,
      third: 0.15,
      second: 1,
      "600": 0.6,
      "3hz": 0.333333333,
    });
  });

  test("one that throws is named, counted and at last switched off, while the others run on", () => {
    const faults: SystemFault[] = [];
    const ran: string[] = [];
    let broken = true;
    const flaky = named("flaky", {
      run: (log) => {
        if (broken) throw new Error("on purpose");
        log.push("flaky");
      },
    });
    const systems = createSystems([flaky, named("steady")], {
      tickHz: 20,
      maxFaults: 3,
      onFault: (fault) => faults.push(fault),
    });
    let tick = 0;
    const run = (ticks: number) => {
      for (let i = 0; i < ticks; i++) systems.run(ran, { tick: ++tick });
    };
    run(2);
    broken = false;
    run(1);
    broken = true;
    run(10);
    expect(faults.map(({ inARow }) => inARow)).toEqual([1, 2, 1, 2, 3]);
    expect(faults.map(({ off }) => off?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      "SYSTEM_OFF",
    ]);
    expect(faults[4]).toMatchObject({ system: "flaky", tick: 6, error: { message: "on purpose" } });
    expect(ran.filter((name) => name === "steady")).toHaveLength(13);
    expect(systems.profile()[0]).toMatchObject({ name: "flaky", runs: 6, faults: 5, off: true });

    broken = false;
    expect(systems.revive("flaky")).toBe(true);
    run(1);
    expect(ran.filter((name) => name === "flaky")).toHaveLength(2);
    expect(systems.revive("nobody")).toBe(false);
  });

  test("time is kept by system", () => {
    let nowMs = 0;
    const advance = (ms: number) => {
      nowMs += ms;
    };
    const slow = named("slow", { run: () => advance(4) });
    const fast = named("fast", { run: () => advance(1) });
    const systems = createSystems([slow, fast], { tickHz: 20, clock: () => nowMs });
    for (let tick = 1; tick <= 5; tick++) systems.run([], { tick });
    expect(systems.profile({ reset: true })).toEqual([
      { name: "slow", runs: 5, faults: 0, totalMs: 20, maxMs: 4, off: false },
      { name: "fast", runs: 5, faults: 0, totalMs: 5, maxMs: 1, off: false },
    ]);
    expect(systems.profile()[0]).toMatchObject({ runs: 0, totalMs: 0 });
  });

  test("an atomic one that throws in its middle leaves the world as it was", () => {
    const world = createWorld(new WorldState().actors);
    const actor = world.spawn(new Actor(), "a");
    const half = defineSystem<typeof world>({
      name: "half",
      atomic: true,
      run: (of) => {
        actor.x = 5;
        of.despawn("a");
        throw new Error("on purpose");
      },
    });
    createSystems([half], { tickHz: 20 }).run(world, { tick: 1 });
    expect([actor.x, world.get("a")]).toEqual([0, actor]);
  });

  test("begin once in order, remember between runs, and end the last first", () => {
    const told: string[] = [];
    const life = (name: string, rest: Partial<System<string[]>> = {}) =>
      named(name, {
        init: () => told.push(`${name} begins`),
        run: () => told.push(`${name} runs`),
        shutdown: () => told.push(`${name} ends`),
        ...rest,
      });
    let broken = true;
    const faults: SystemFault[] = [];
    const count = defineSystem<string[], SystemContext, { runs: number }>({
      name: "count",
      memory: () => ({ runs: 0 }),
      run: (_, { memory }) => {
        memory.runs += 1;
      },
    });
    const late = life("late", {
      init: () => {
        if (broken) throw new Error("not yet");
        told.push("late begins");
      },
    });
    const open = () =>
      createSystems([life("b", { needs: ["a"] }), life("a"), late, count], {
        tickHz: 20,
        onFault: (fault) => faults.push(fault),
      });
    const systems = open();
    systems.init([], { tick: 0 });
    systems.run([], { tick: 1 });
    // Who could not begin does not run; it tries again.
    expect(faults.map(({ system, tick }) => [system, tick])).toEqual([
      ["late", 0],
      ["late", 1],
    ]);
    broken = false;
    systems.run([], { tick: 2 });
    systems.shutdown([], { tick: 2 });
    systems.shutdown([], { tick: 2 });
    systems.run([], { tick: 3 });
    expect(told).toEqual(
      ["a begins", "b begins", "a runs", "b runs", "a runs", "b runs", "late begins", "late runs"].concat([
        "late ends",
        "b ends",
        "a ends",
      ]),
    );
    expect(systems.memories()).toEqual({ count: { runs: 2 } });

    const next = open();
    next.setMemories({ count: { runs: 40 }, nobody: {} });
    next.run([], { tick: 1 });
    expect(next.memories()).toEqual({ count: { runs: 41 } });
    expect(() => createSystems([named("odd", { memory: () => 4 })], { tickHz: 20 })).toThrow(
      expect.objectContaining({ code: "SYSTEM_INVALID" }),
    );
  });
});
