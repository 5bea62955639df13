import { beforeAll, expect, it } from "vitest";
import type { Seen } from "../../../plugins/behaviours/api/view.ts";
import { behaviourOf, behaviourTemplates } from "../../../plugins/behaviours/index.ts";
import { type Engine, loadEngine } from "../../../plugins/behaviours/sandbox/engine.ts";
import { DEFAULT_LIMITS } from "../../../plugins/behaviours/sandbox/limits.ts";
import { Script } from "../../../plugins/behaviours/sandbox/script.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine(32);
});

const seen = (id: string, x: number, z: number): Seen => ({
  ...{ id, kind: "avatar", name: id, x, y: 0, z, yaw: 0, distance: Math.hypot(x, z) },
});
const ann = seen("Ann", 3, 4);

/** Decisions of a script at the origin, one for each list of those whom it sees. */
function decisions(source: string, views: readonly (readonly Seen[])[], memory = "{}") {
  let sees: readonly Seen[] = [];
  const near = (radiusM: number) => sees.filter(({ distance }) => distance <= radiusM);
  const script = Script.open(engine, DEFAULT_LIMITS, { source, memory, near });
  const self = { id: "one", kind: "avatar", x: 0, y: 0, z: 0, yaw: 0, moving: false };
  const all = views.map((view, tick) => {
    sees = view;
    return script.decide({ tick, time: tick, chance: 7, self, heard: [] }).intents;
  });
  script.dispose();
  return all;
}

it("greets each one once", () => {
  const [first, second] = decisions(behaviourOf("greet", { radiusM: 6 }), [[ann], [ann]]);
  expect(first).toEqual([
    ["face", Math.atan2(3, 4)],
    ["say", "Hello, Ann!"],
  ]);
  expect(second).toEqual([]);
});

it("flees from who is near, the other way", () => {
  const [[intent] = [], later] = decisions(behaviourOf("flee", { shyM: 6, farM: 10 }), [[ann], []]);
  expect(intent).toEqual(["move", -6, -8, true]);
  expect(later).toEqual([]);
});

it("follows until it is close", () => {
  const close = seen("Ann", 1, 1);
  expect(decisions(behaviourOf("follow", {}), [[seen("Ann", 4, 0)], [close]])).toEqual([
    [["move", 4, 0, false]],
    [["stop"]],
  ]);
});

it("guards its place: warns once, comes up to the guest, and goes back", () => {
  const source = behaviourOf("guard", { words: "Who goes there?" });
  const [first, second, third] = decisions(source, [[ann], [ann], []], '{"home":{"x":9,"z":0}}');
  expect(first).toEqual([
    ["say", "Who goes there?"],
    ["face", Math.atan2(3, 4)],
    ["move", 3, 4, false],
  ]);
  expect(second).toEqual([
    ["face", Math.atan2(3, 4)],
    ["move", 3, 4, false],
  ]);
  expect(third).toEqual([["move", 9, 0, false]]);
});

it("patrols, wanders about its place, and stays with its herd", () => {
  const places = [
    { x: 5, z: 0 },
    { x: 0, z: 5 },
  ];
  expect(decisions(behaviourOf("patrol", { places, run: true }), [[]])).toEqual([[["move", 5, 0, true]]]);
  const [[wander] = []] = decisions(behaviourOf("wander", { radiusM: 2 }), [[]]);
  expect(wander?.[0]).toBe("move");
  expect(Math.abs(Number(wander?.[1]))).toBeLessThanOrEqual(2);
  const [[herd] = []] = decisions(behaviourOf("herd", { closeM: 1 }), [[seen("a", 6, 0), seen("b", 8, 0)]]);
  expect(Number(herd?.[1])).toBeCloseTo(7, 0);
});

it("refuses parameters that do not fit, by name", () => {
  expect(() => behaviourOf("flee", { shyM: 1_000 })).toThrow(/Template flee: .*\n.*shyM/);
  expect(() => behaviourOf("patrol", { places: [] })).toThrow(/patrol/);
  expect(Object.values(behaviourTemplates).every(({ help }) => help.endsWith("."))).toBe(true);
});
