import { debugConnection, debugError, debugMatchMaking, debugMessage, debugPatch } from "@colyseus/core";
import { ArraySchema } from "@colyseus/schema";
import { pino } from "pino";
import { bootServer } from "roomkeep/testing";
import { expect, it } from "vitest";
import { games } from "../../../server/main.ts";
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

it("keeps lines and stacks short, and tells of an object its class alone", () => {
  const { lines, sampled } = open();
  sampled.error(`${"x".repeat(10_000)}\n${"at\n".repeat(10_000)}`);
  expect([lines[0]?.msg.length, lines[0]?.detail?.length]).toEqual([2_000, 2_000]);
  sampled.warn("refused", { password: "a secret" }, null, 7, [1], undefined);
  expect(lines[1]?.msg).toBe("refused [Object] null 7 [Array] undefined");
});

it("begins anew after each line: counts and time", () => {
  const { lines, sampled, pass } = open();
  sampled.info("again");
  pass(4_999);
  sampled.info("again");
  pass(2);
  sampled.info("again");
  sampled.info("again");
  pass(5_001);
  sampled.info("again");
  expect(lines.map(({ count }) => count)).toEqual([1, 2, 2]);
});

it("a server's log has what packages write while it runs", async () => {
  const own: unknown[] = [];
  const { error, warn } = console;
  console.error = console.warn = (...parts: unknown[]) => void own.push(parts);
  try {
    const world = await bootServer(games);
    new ArraySchema<number>().length = 5;
    expect(own).toEqual([]);
    await world.close();
    new ArraySchema<number>().length = 5;
    expect(own).toHaveLength(1);
  } finally {
    Object.assign(console, { error, warn });
  }
});

it("takes what Colyseus writes where DEBUG asks for it", () => {
  const { lines, sampled } = open();
  const usual = debugMessage.log;
  const giveBack = hearConsole(sampled);
  const writers = [debugConnection, debugError, debugMatchMaking, debugMessage, debugPatch];
  for (const { log } of writers) log("a client %s left", "Ann");
  giveBack();
  expect(debugMessage.log).toBe(usual);
  // All of one kind: one line.
  expect(lines).toMatchObject([{ msg: "a client Ann left", level: 20, count: 1 }]);
});

it("takes what packages write to the console, and leaves the project's own lines", () => {
  const { lines, sampled } = open();
  const own: unknown[] = [];
  const { error } = console;
  console.error = (...parts: unknown[]) => void own.push(parts);
  const giveBack = hearConsole(sampled);
  const { stackTraceLimit } = Error;
  try {
    new ArraySchema<number>().length = 5;
    console.error("mine", 1);
  } finally {
    giveBack();
  }
  console.error("mine again");
  console.error = error;
  expect(own).toEqual([["mine", 1], ["mine again"]]);
  expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  expect(lines).toMatchObject([{ msg: expect.stringContaining("ArraySchema"), count: 1 }]);
});
