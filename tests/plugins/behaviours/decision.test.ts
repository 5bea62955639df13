import fc from "fast-check";
import { expect, it } from "vitest";
import { INTENT_LIMITS, readDecision } from "../../../plugins/behaviours/api/intent.ts";

const read = (...intents: unknown[]) => readDecision(JSON.stringify([intents, null]))?.intents;

it("reads intents of all kinds", () => {
  const all = [
    ["say", "hello"],
    ["move", 1.5, -2, false],
    ["stop"],
    ["face", 3],
    ["wait", 0],
    ["emit", "greet", { a: [1] }],
    ["set", "Look", { hat: 2, name: "x", on: true }],
  ];
  expect(read(...all)).toEqual(all);
  expect(readDecision("")).toEqual({ intents: [], memory: undefined });
  expect(readDecision('[[],"{\\"a\\":1}"]')?.memory).toBe('{"a":1}');
});

it("refuses what is unknown, too large, not finite or of another shape, whole", () => {
  const long = "x".repeat(1_000);
  const bad: unknown[] = [
    ["fly", 1],
    ["__proto__"],
    ["constructor"],
    ["toString"],
    ["say", "x".repeat(INTENT_LIMITS.sayChars + 1)],
    ["say", 3],
    ["say", "x", "more"],
    ["move", null, 1, false],
    ["move", 1e6, 1, false],
    ["move", 1, 1, "fast"],
    ["wait", -1],
    ["wait", 1e9],
    ["face", "north"],
    ["emit", "", 1],
    ["emit", long, 1],
    ["emit", "greet", long],
    ["set", "Look", null],
    ["set", "Look", [1]],
    ["set", "Look", { hat: { deep: 1 } }],
    ["set", "Look", { hat: long }],
    "say",
    { 0: "stop", length: 1 },
  ];
  for (const intent of bad) expect(read(["stop"], intent), JSON.stringify(intent)).toBeUndefined();
  expect(read(...Array.from({ length: INTENT_LIMITS.most + 1 }, () => ["stop"]))).toBeUndefined();
  const memories = ["[]", "3", "null", "not json", `{"a":"${long}${long}"}`];
  for (const memory of memories) expect(readDecision(JSON.stringify([[], memory])), memory).toBeUndefined();
});

it("reads any text without an error, and makes nothing of most", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readDecision(text)));
});
