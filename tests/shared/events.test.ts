import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createEvents, defineEvent, type EventsOptions } from "../../shared/protocol/events.ts";

const Picked = defineEvent({ name: "picked", schema: z.object({ herb: z.string().max(8) }), to: "nearby" });
const Died = defineEvent({ name: "died", schema: z.object({}), priority: 9, to: "all", keep: true });
const Coins = defineEvent({ name: "coins", schema: z.object({ amount: z.int() }), to: "owner" });
const Noise = defineEvent({ name: "noise", schema: z.number() });

function events(options: Partial<EventsOptions> = {}) {
  let nowMs = 0;
  const made = createEvents({ now: () => nowMs, ...options });
  return Object.assign(made, {
    advance: (ms: number) => {
      nowMs += ms;
    },
  });
}

describe("events", () => {
  test("reach subscribers by the event's priority, then the subscriber's, then in order", () => {
    const { on, emit, dispatch } = events();
    const told: string[] = [];
    on(Noise, ({ payload }) => told.push(`plain ${payload}`));
    on(Noise, ({ payload }) => told.push(`first ${payload}`), { priority: 5 });
    on(Died, () => told.push("died"));
    emit(Noise, 1);
    emit(Noise, 2);
    emit(Died, {});
    expect(told).toEqual([]);
    expect(dispatch()).toBe(3);
    expect(told).toEqual(["died", "first 1", "plain 1", "first 2", "plain 2"]);
    expect(dispatch()).toBe(0);
  });

  test("emitted by a subscriber wait for the next dispatch, so that no tick can run for ever", () => {
    const { on, emit, dispatch } = events();
    let told = 0;
    const stop = on(Noise, () => {
      told += 1;
      emit(Noise, 0);
    });
    emit(Noise, 0);
    dispatch();
    expect(told).toBe(1);
    dispatch();
    expect(told).toBe(2);
    stop();
    dispatch();
    expect(told).toBe(2);
  });

  test("that do not fit are refused by name and leave no trace", () => {
    const { emit, dispatch, history } = events();
    const invalid = (message: string) =>
      expect.objectContaining({ code: "EVENT_INVALID", message: expect.stringContaining(message) });
    expect(() => emit(Picked, { herb: "x".repeat(9) }, { x: 0, z: 0 })).toThrow(invalid("picked at herb"));
    // @ts-expect-error a payload of another shape does not compile
    expect(() => emit(Picked, { mushroom: 1 }, { x: 0, z: 0 })).toThrow(invalid("picked"));
    expect(() => emit(Noise, Number.NaN)).toThrow(invalid("noise"));
    expect(() => emit(Picked, { herb: "sage" })).toThrow(invalid("give x and z"));
    expect(() => emit(Picked, { herb: "sage" }, { x: Number.NaN, z: 0 })).toThrow(invalid("give x and z"));
    expect(() => emit(Coins, { amount: 1 })).toThrow(invalid("name the actor"));
    expect(() => defineEvent({ name: "", schema: z.null() })).toThrow(invalid("a name"));
    expect(() => defineEvent({ name: "a", schema: z.null(), radiusM: 0 })).toThrow(invalid("radius"));
    expect([dispatch(), history()]).toEqual([0, []]);
  });

  test("go to clients and to the database as they were declared", () => {
    const delivered: unknown[] = [];
    const kept: unknown[] = [];
    const { emit, dispatch } = events({
      deliver: (event, kind) => delivered.push([event.name, kind.to, kind.radiusM, event.actor, event.x]),
      keep: (event) => kept.push(event.name),
    });
    emit(Picked, { herb: "sage", extra: 1 } as never, { actor: "mara", x: 3, z: 4 });
    emit(Coins, { amount: 4 }, { actor: "mara" });
    emit(Noise, 1);
    emit(Died, {});
    dispatch();
    expect(delivered).toEqual([
      ["died", "all", 50, undefined, undefined],
      ["picked", "nearby", 50, "mara", 3],
      ["coins", "owner", 50, "mara", undefined],
    ]);
    expect(kept).toEqual(["died"]);
  });

  test("one subscriber that throws does not keep the event from the others", () => {
    const faults: unknown[] = [];
    const told: unknown[] = [];
    const { on, emit, dispatch } = events({
      onFault: (error) => faults.push(error),
      deliver: () => told.push("client"),
    });
    on(Died, () => {
      throw new Error("on purpose");
    });
    on(Died, () => told.push("server"));
    emit(Died, {});
    dispatch();
    expect(told).toEqual(["server", "client"]);
    expect(faults).toHaveLength(1);
  });

  test("are bounded: too many in one tick are refused", () => {
    const { emit, dispatch } = events({ maxQueued: 2 });
    emit(Noise, 1);
    emit(Noise, 2);
    expect(() => emit(Noise, 3)).toThrow(expect.objectContaining({ code: "QUEUE_FULL" }));
    dispatch();
    emit(Noise, 3);
  });

  test("the last minute of one actor can be asked for", () => {
    const { emit, history, advance } = events();
    emit(Coins, { amount: 1 }, { actor: "mara" });
    advance(30_000);
    emit(Coins, { amount: 2 }, { actor: "mara" });
    emit(Coins, { amount: 3 }, { actor: "otto" });
    advance(50_000);
    emit(Picked, { herb: "sage" }, { actor: "mara", x: 0, z: 0 });
    const recent = history({ sinceMs: 80_000 - 60_000, actor: "mara" });
    expect(recent.map(({ name, atMs }) => [name, atMs])).toEqual([
      ["coins", 30_000],
      ["picked", 80_000],
    ]);
    expect(history({ name: "coins" }).map(({ payload }) => payload)).toEqual([
      { amount: 1 },
      { amount: 2 },
      { amount: 3 },
    ]);
    expect(Object.isFrozen(recent[0])).toBe(true);
  });

  test("the history holds exactly the newest, whatever its capacity", () => {
    fc.assert(
      fc.property(fc.nat({ max: 9 }), fc.nat({ max: 40 }), (capacity, count) => {
        const { emit, history } = events({ capacity });
        for (let i = 1; i <= count; i++) emit(Noise, i);
        const all = Array.from({ length: count }, (_, i) => i + 1);
        expect(history().map(({ seq }) => seq)).toEqual(capacity === 0 ? [] : all.slice(-capacity));
      }),
    );
  });
});
