import { schema, t } from "@colyseus/schema";
import { openReplay, WorldRoom } from "roomkeep/rooms";
import { WorldState } from "roomkeep/shared";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { observeState } from "../../shared/internal.ts";

const Score = schema(
  { name: t.string(), points: t.uint8().default(0), tags: t.array("string") },
  "ObservedScore",
);
const Round = schema({ turn: t.uint8().default(0), scores: t.map(Score) }, "ObservedRound");
const State = WorldState.extend(
  {
    goals: t.uint8().default(0),
    round: t.ref(Round),
    rows: t.array(Score),
    best: t.map("uint8"),
    seen: t.set("string"),
  },
  "ObservedState",
);
const shown = (changes: readonly { field: string; from: unknown; to: unknown }[]) =>
  changes.map(({ field, from, to }) => [field, plain(from), plain(to)]);
const plain = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(plain)
    : value instanceof Score
      ? value.name
      : value instanceof Round
        ? value.turn
        : value;

function watched() {
  const state = new State({ round: new Round() });
  const observers = observeState(state, ["actors"]);
  const told: unknown[][] = [];
  const stop = observers.observe((changes) => told.push(...shown(changes)));
  const settle = () => {
    told.length = 0;
    observers.settle((error) => told.push(["fault", error]));
    return [...told];
  };
  return { state, observers, settle, stop };
}

describe("observers of a state", () => {
  test("hear once of a field what it was and what it is, and nothing of what came back", () => {
    const { state, settle, stop } = watched();
    expect(settle()).toEqual([]);
    for (let goals = 1; goals <= 3; goals++) state.goals = goals;
    state.round.turn = 1;
    state.interpolationMs += 1;
    state.interpolationMs -= 1;
    expect(settle()).toEqual([
      ["goals", 0, 3],
      ["round.turn", 0, 1],
    ]);
    expect(settle()).toEqual([]);
    state.goals = 9;
    stop();
    expect(settle()).toEqual([]);
  });

  test("hear of entries of maps that came, went, changed or are others, and of their fields", () => {
    const { state, settle } = watched();
    state.best.set("ann", 1);
    state.round.scores.set("x", new Score({ name: "one" }));
    expect(settle()).toEqual([
      ["round.scores.x", undefined, "one"],
      ["best.ann", undefined, 1],
    ]);
    state.best.set("ann", 4);
    state.best.set("bob", 2);
    const one = state.round.scores.get("x");
    if (one) one.points = 7;
    one?.tags.push("new");
    expect(settle()).toEqual([
      ["round.scores.x.points", 0, 7],
      ["round.scores.x.tags", [], ["new"]],
      ["best.ann", 1, 4],
      ["best.bob", undefined, 2],
    ]);
    state.best.delete("ann");
    state.round.scores.set("x", new Score({ name: "two" }));
    expect(settle()).toEqual([
      ["round.scores.x", "one", "two"],
      ["best.ann", 4, undefined],
    ]);
    state.round = new Round({ turn: 5 });
    expect(settle()).toEqual([["round", 1, 5]].map(([field]) => [field, 0, 5]));
  });

  test("hear of a list once, with the items before and after, and of the fields of items that stayed", () => {
    const { state, settle } = watched();
    state.rows.push(new Score({ name: "a" }), new Score({ name: "b" }), new Score({ name: "c" }));
    state.seen.add("cave");
    expect(settle()).toEqual([
      ["rows", [], ["a", "b", "c"]],
      ["seen", [], ["cave"]],
    ]);
    state.rows.shift();
    const c = state.rows[1];
    if (c) c.points = 2;
    expect(settle()).toEqual([
      ["rows", ["a", "b", "c"], ["b", "c"]],
      ["rows.1.points", 0, 2],
    ]);
    expect(settle()).toEqual([]);
  });

  test("may name the fields, and one that throws keeps no other from hearing", () => {
    const { state, observers, settle } = watched();
    const goals: unknown[] = [];
    observers.observe(() => {
      throw new Error("on purpose");
    });
    observers.observe((changes) => goals.push(...shown(changes)), ["goals"]);
    state.goals = 2;
    state.best.set("ann", 1);
    expect(settle()).toEqual([
      ["goals", 0, 2],
      ["best.ann", undefined, 1],
      ["fault", expect.any(Error)],
    ]);
    expect(goals).toEqual([["goals", 0, 2]]);
  });

  test("of a room are told as its world settles, once a tick, and may change the world", async () => {
    class ObservedRoom extends WorldRoom<InstanceType<typeof State>> {
      override state = new State({ round: new Round() });
      readonly told: unknown[][] = [];
      protected override onOpen(): void {
        this.observe((changes) => {
          this.told.push([this.simulation.tick, ...shown(changes)]);
          if (this.state.goals === 2) this.state.round.turn = 1;
        });
        this.on("goal", z.strictObject({}), () => {
          this.state.goals += 1;
        });
      }
    }
    const { room, ...replay } = await openReplay(ObservedRoom);
    replay.join("ann");
    replay.message("ann", "goal", {});
    replay.message("ann", "goal", {});
    replay.tick();
    replay.tick();
    replay.tick();
    expect(room.told).toEqual([
      [1, ["goals", 0, 2]],
      [2, ["round.turn", 0, 1]],
    ]);
  });
});
