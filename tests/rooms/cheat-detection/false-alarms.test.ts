import { expect, test } from "vitest";
import { playCheats, playHonest } from "../../../bench/cheat/index.ts";

// The short form of `npm run bench -- cheat`: simulated time, the ways of a live room.

test("honest pages with jitter, loss and tabs that sleep are not flagged", async () => {
  const { flagged, flags, highestScore, inputFrames, sleeps } = await playHonest(40, 2, 1);
  expect(flags).toEqual([]);
  expect(flagged).toBe(0);
  expect(highestScore).toBeLessThan(10);
  expect(inputFrames).toBeGreaterThan(60_000);
  expect(sleeps).toBeGreaterThan(0);
});

test("each kind of cheating page is flagged within ten simulated seconds, by its own signal", async () => {
  const kinds = await playCheats(2);
  for (const { kind, seconds, signal } of kinds) {
    expect(seconds, kind).not.toBeNull();
    expect(seconds, kind).toBeLessThanOrEqual(10);
    expect(signal, kind).toBeDefined();
  }
  const own = [
    "clock-ahead",
    "speed",
    "teleport",
    "reach",
    "fire-rate",
    "message-flood",
    "malformed",
    "trade",
  ];
  expect(kinds.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["input-rate", ...own]));
  expect(kinds).toHaveLength(12);
});
