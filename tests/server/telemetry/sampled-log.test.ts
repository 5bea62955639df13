import { ArraySchema } from "@colyseus/schema";
import { pino } from "pino";
import { expect, it } from "vitest";
import { hearConsole, sampleLog } from "../../../server/telemetry/sampled-log.ts";

interface Line {
  msg: string;
  level: number;
  count: number;
  detail?: string;
}

function open() {
  const lines: Line[] = [];
  let nowMs = 0;
  const log = pino({ level: "debug" }, { write: (line) => void lines.push(JSON.parse(line)) });
  return { lines, sampled: sampleLog(log, () => nowMs), pass: (ms: number) => (nowMs += ms) };
}

it("writes one line a kind in five seconds, with how many there were and the stack as a field", () => {
  const { lines, sampled, pass } = open();
  for (let i = 0; i < 1_000; i++) sampled.error(new Error(`frame ${i} of "player ${i}" is malformed`));
  sampled.warn("frame 3 of another kind");
  expect(lines.map(({ msg, count }) => [msg, count])).toEqual([
    ['Error: frame 0 of "player 0" is malformed', 1],
    ["frame 3 of another kind", 1],
  ]);
  expect(lines[0]?.detail).toMatch(/^ +at /);
  pass(5_001);
  sampled.error(new Error('frame 9 of "player 9" is malformed'));
  expect(lines.at(-1)).toMatchObject({ level: 50, count: 1_000 });
});

it("writes few lines however many kinds there seem to be", () => {
  const { lines, sampled } = open();
  for (let i = 0; i < 1_000; i++) sampled.error(`kind ${"x".repeat(i % 100)}${i < 500 ? "y" : "z"}`);
  expect(lines.length).toBeLessThan(80);
});

it("takes what packages write to the console, and leaves the project's own lines", () => {
  const { lines, sampled } = open();
  const own: unknown[] = [];
  const { error } = console;
  console.error = (...parts: unknown[]) => void own.push(parts);
  const giveBack = hearConsole(sampled);
  try {
    new ArraySchema<number>().length = 5;
    console.error("mine", 1);
  } finally {
    giveBack();
  }
  console.error("mine again");
  console.error = error;
  expect(own).toEqual([["mine", 1], ["mine again"]]);
  expect(lines).toMatchObject([{ msg: expect.stringContaining("ArraySchema"), count: 1 }]);
});
