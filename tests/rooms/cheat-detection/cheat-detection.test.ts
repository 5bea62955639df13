import { CLOSE } from "roomkeep/shared";
import { beforeEach, expect, test } from "vitest";
import {
  type CheatDetectionOptions,
  openCheatDetection,
} from "../../../rooms/cheat-detection/cheat-detection.ts";
import { InputWatch } from "../../../rooms/cheat-detection/input-watch.ts";
import { LastInputs } from "../../../rooms/cheat-detection/last-inputs.ts";
import { MovementWatch } from "../../../rooms/cheat-detection/movement-watch.ts";
import { Suspicion } from "../../../rooms/cheat-detection/suspicion.ts";
import type { RoomPlayer } from "../../../rooms/player.ts";
import type { CheatFlag } from "../../../rooms/ports/cheats.ts";
import { silence } from "../../../rooms/ports/refusing-ports.ts";

let nowMs = 0;
beforeEach(() => {
  nowMs = 1_000_000;
});

function begin(options: CheatDetectionOptions = {}) {
  const flags: CheatFlag[] = [];
  const left: (number | undefined)[] = [];
  const told: string[] = [];
  const client = { leave: (code?: number) => void left.push(code) };
  const sheet = { id: "character", accountId: "account" };
  const player = { sessionId: "s", client, claim: { sheet }, suspicion: new Suspicion() };
  const detection = openCheatDetection<RoomPlayer>({
    roomName: "range",
    roomId: "ABCD",
    port: { settings: { threshold: 10, action: "note" }, raise: (flag) => void flags.push(flag) },
    log: silence,
    now: () => nowMs,
    options: () => options,
    lastInputs: () => [[7, 127, 0, 1]],
    suspected: (_, { action }) => void told.push(action),
  });
  return { detection, player: player as unknown as RoomPlayer, flags, left, told };
}

test("points add up, decay by half in their time, and are forgotten with a flag", () => {
  const { detection, player, flags } = begin({ halfLifeS: 10 });
  detection.suspect(player, "speed", 8);
  nowMs += 10_000;
  detection.suspect(player, "speed", 5);
  expect(player.suspicion.score).toBeCloseTo(9);
  expect(flags).toHaveLength(0);
  detection.suspect(player, "reach");
  expect(flags).toMatchObject([
    {
      account: "account",
      character: "character",
      game: "range",
      roomId: "ABCD",
      score: 11.5,
      signals: { speed: 9, reach: 2.5 },
      action: "note",
      inputs: [[7, 127, 0, 1]],
    },
  ]);
  expect(Object.keys(flags[0]?.signals ?? {})).toEqual(["speed", "reach"]);
  expect(player.suspicion.score).toBe(0);
});

test("who goes on is flagged once a minute", () => {
  const { detection, player, flags } = begin();
  for (let s = 0; s < 130; s++) {
    detection.suspect(player, "malformed");
    nowMs += 1_000;
  }
  expect(flags).toHaveLength(3);
});

test.each([
  ["note", 0, 1],
  ["slow", 0, 1],
  ["kick", 1, 1],
  ["off", 0, 0],
] as const)("the action %s does what it says", (action, leaves, raised) => {
  const { detection, player, flags, left, told } = begin({ action });
  detection.suspect(player, "teleport", 3);
  expect(left).toEqual(Array.from({ length: leaves }, () => CLOSE.KICKED));
  expect(told).toEqual(Array.from({ length: raised }, () => action));
  expect(flags).toHaveLength(raised);
  expect(player.suspicion.slowUntilMs > nowMs).toBe(action === "slow");
});

test("threshold and points are the room's; a game names signals of its own", () => {
  const { detection, player, flags } = begin({ threshold: 100, points: { speed: 0, aim: 60 } });
  detection.suspect(player, "speed", 1_000);
  detection.suspect(player, "wall-hack", 30);
  detection.suspect(player, "aim");
  expect(flags).toHaveLength(0);
  detection.suspect(player, "wall-hack", 10);
  expect(flags).toMatchObject([{ signals: { aim: 60, "wall-hack": 40 } }]);
});

test("signals that a page invents do not grow a player's record", () => {
  const { detection, player } = begin({ threshold: 1_000 });
  for (let i = 0; i < 500; i++) detection.suspect(player, `own-${i}`);
  expect(Object.keys(player.suspicion.signals).length).toBeLessThanOrEqual(25);
  expect(player.suspicion.score).toBeCloseTo(500);
});

test("a person's refusals count for nothing, a machine's do; what the server refuses by itself never does", () => {
  const { detection, player, flags } = begin();
  for (let s = 0; s < 60; s++) {
    for (let click = 0; click < 5; click++) detection.refused(player, "ACTION_REFUSED");
    nowMs += 1_000;
  }
  for (let i = 0; i < 1_000; i++) detection.refused(player, "DATABASE_UNAVAILABLE");
  expect(player.suspicion.score).toBe(0);
  for (let i = 0; i < 200; i++) {
    detection.refused(player, "ACTION_REFUSED");
    nowMs += 50;
  }
  expect(flags).toMatchObject([{ signals: { refusals: expect.any(Number) } }]);
});

test("a socket that the server closed for its floods is flagged", () => {
  const { detection, player, flags } = begin();
  detection.closed(player, 1006);
  expect(flags).toHaveLength(0);
  detection.closed(player, CLOSE.ABUSE);
  expect(flags).toMatchObject([{ signals: { "socket-flood": 20 } }]);
});

/** Feeds a watch with the frames of each tick at 20 Hz; returns the sum of its findings. */
function watch(framesOfTicks: Iterable<number>, { watch = new InputWatch(20), tickMs = 50 } = {}) {
  const sum = { excess: 0, held: 0 };
  let received = 0;
  for (const frames of framesOfTicks) {
    nowMs += tickMs;
    received += frames;
    const { excess, isHeld } = watch.look(received, 0, nowMs);
    sum.excess += excess;
    sum.held += Number(isHeld);
  }
  return sum;
}
const ticks = (seconds: number, frames: number) => Array.from({ length: seconds * 20 }, () => frames);

test("a connection that stalls and brings its frames late is no clock that runs fast", () => {
  const backlog = [...ticks(5, 1), ...ticks(4, 0), 80, ...ticks(20, 1)];
  expect(watch(backlog)).toEqual({ excess: 0, held: 1 });
  const slow = [...ticks(5, 1), ...ticks(4, 0), ...Array.from({ length: 20 }, () => 5), ...ticks(20, 1)];
  expect(watch(slow)).toEqual({ excess: 0, held: 1 });
  const asleep = [...ticks(5, 1), ...ticks(30, 0), 5, ...ticks(20, 1)];
  expect(watch(asleep)).toEqual({ excess: 0, held: 0 });
});

test("twice the frames count as soon as time does not explain them, also after a long silence", () => {
  expect(watch([...ticks(5, 1), ...ticks(3, 2)]).excess).toBeGreaterThan(40);
  expect(watch([...ticks(30, 0), ...ticks(5, 2)]).excess).toBeGreaterThan(40);
});

test("a room that stalls blames nobody, nor does a wall clock that is set", () => {
  const inputs = new InputWatch(20);
  watch(ticks(5, 1), { watch: inputs });
  nowMs += 9_000;
  let received = 100;
  const look = (frames: number) => {
    received += frames;
    nowMs += 50;
    const { excess, isHeld } = inputs.look(received, 0, nowMs);
    return excess + Number(isHeld);
  };
  expect(look(180)).toBe(0);
  expect(look(3)).toBe(0);
  nowMs -= 3_600_000;
  for (let i = 0; i < 100; i++) expect(look(1)).toBe(0);
  nowMs += 7_200_000;
  for (let i = 0; i < 100; i++) expect(look(1)).toBe(0);
});

test("a new connection counts from 0", () => {
  const inputs = new InputWatch(20);
  expect(watch(ticks(60, 1), { watch: inputs }).excess).toBe(0);
  expect(watch(ticks(5, 1), { watch: inputs }).excess).toBe(0);
});

test("a time in the room's future is seen, an estimate that is off is not", () => {
  const inputs = new InputWatch(20);
  expect(inputs.look(1, nowMs + 300, nowMs).isAhead).toBe(false);
  expect(inputs.look(2, nowMs + 600, nowMs).isAhead).toBe(true);
  // No new frame: counted already.
  expect(inputs.look(2, nowMs + 600, nowMs).isAhead).toBe(false);
});

test("ways by inputs and messages are measured, those of the room's rules are not", () => {
  const movement = new MovementWatch();
  const avatar = { x: 0, z: 0 };
  const tick = (byPage: number, byRules: number) => {
    movement.measure(avatar);
    avatar.x += byPage;
    movement.measure(avatar);
    avatar.x += byRules;
    return { ...movement.endTick(avatar, 6, 0.05) };
  };
  for (let i = 0; i < 100; i++) expect(tick(0.3, 50)).toEqual({ excessM: 0, isJump: false });
  // A second's way at once is caught up on; the next one is too much.
  for (let i = 0; i < 40; i++) tick(0, 0);
  expect(tick(6, 0).excessM).toBe(0);
  expect(tick(1.3, 0)).toMatchObject({ excessM: expect.closeTo(1), isJump: false });
  expect(tick(20, 0)).toMatchObject({ isJump: true });
});

test("the last input frames are kept, not more", () => {
  const last = new LastInputs();
  expect(last.list()).toEqual([]);
  for (let tick = 0; tick < 100; tick++) last.add(tick, { moveX: -127, moveZ: tick, buttons: 255 });
  const list = last.list();
  expect(list).toHaveLength(64);
  expect([list[0], list.at(-1)]).toEqual([
    [36, -127, 36, 255],
    [99, -127, 99, 255],
  ]);
});
