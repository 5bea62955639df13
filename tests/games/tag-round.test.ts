import type { WalkInput } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { IT_SPEED } from "../../games/tag/step.ts";
import {
  avatarOf,
  chase,
  LongTagRoom,
  party,
  rolesOf,
  ShortTagRoom,
  seen,
  ticks,
  untilPhase,
} from "../helpers/tag.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ tag: ShortTagRoom, long: LongTagRoom });
});
afterAll(() => world.close());

it("plays a whole game from the lobby to the rematch, under one code", async () => {
  const [ann, bo] = (await party(world, "tag", 2)) as [TestPlayer, TestPlayer];
  const code = ann.room.roomId;
  expect(code).toMatch(/^[A-Z0-9]{4}$/u);
  expect(bo.room.roomId).toBe(code);
  expect(seen(bo)).toMatchObject({ phase: "lobby", it: "", leader: ann.room.sessionId });

  bo.room.send("ready", { ready: true });
  await ann.until("Bo's mark", () => avatarOf(ann, bo).ready);
  ann.room.send("start", {});
  await untilPhase(bo, "countdown");
  expect(seen(bo).secondsLeft).toBe(1);
  await untilPhase(bo, "round");
  expect(seen(bo).secondsLeft).toBe(3);

  const { hunter: first, others } = rolesOf([ann, bo]);
  const second = others[0]!;
  await chase(first, second, () => seen(first).it === second.room.sessionId);
  expect(avatarOf(first)).toMatchObject({ tags: 1 });

  await untilPhase(ann, "scores");
  const board = [...seen(ann).board];
  expect(board).toHaveLength(2);
  expect(board.every(({ points, freeS, tags }) => points === freeS + tags)).toBe(true);
  expect(board[0]!.points).toBeGreaterThanOrEqual(board[1]!.points);
  // Somebody is free in each second of the three.
  expect(board[0]!.freeS + board[1]!.freeS).toBeGreaterThanOrEqual(2);
  expect(board[0]!.freeS + board[1]!.freeS).toBeLessThanOrEqual(3);
  expect(seen(ann)).toMatchObject({ it: "", secondsLeft: 0 });

  await untilPhase(bo, "scores"); // Bo hears of it a moment after Ann
  ann.room.send("rematch", {});
  await untilPhase(bo, "round");
  expect(seen(bo)).toMatchObject({ round: 2 });
  expect(seen(bo).board).toHaveLength(0);
  expect([ann.room.roomId, bo.room.roomId]).toEqual([code, code]);
  expect(avatarOf(bo)).toMatchObject({ watching: false, tags: 0 });
});

it("begins by itself when everybody is ready", async () => {
  const players = await party(world, "tag", 3);
  for (const player of players) player.room.send("ready", { ready: true });
  await untilPhase(players[0]!, "countdown");
  await untilPhase(players[2]!, "round");
  expect(players.map((player) => avatarOf(player).ready)).toEqual([false, false, false]);
});

/** The speed of somebody who has walked straight on for half a second, m/s. */
async function speedOf(player: TestPlayer, held: { moveX: number; moveZ: number }): Promise<number> {
  await send(player, held, 8);
  await player.until("the walk", () => Math.hypot(player.me().vx, player.me().vz) > 3.35);
  const speed = Math.hypot(player.me().vx, player.me().vz);
  await send(player, { moveX: 0, moveZ: 0 }, 1);
  return speed;
}

async function send(player: TestPlayer, held: { moveX: number; moveZ: number }, frames: number) {
  const input = player.room.input() as ReturnType<typeof player.room.input> & { data: WalkInput };
  for (let i = 0; i < frames; i++) {
    Object.assign(input.data, { ...held, buttons: 0 });
    input.send();
    await ticks(player.room.roomId, 1);
  }
}

it("lets nobody move in the countdown and makes it a little faster in the round", async () => {
  const [ann, bo] = (await party(world, "long", 2)) as [TestPlayer, TestPlayer];
  const room = world.room<LongTagRoom>(ann.room.roomId);
  room.countdownS = 1;
  ann.room.send("start", {});
  await untilPhase(ann, "countdown");
  const { x, z } = ann.me();
  await send(ann, { moveX: 90, moveZ: 0 }, 8);
  expect(room.state.phase).toBe("countdown");
  expect(room.players.get(ann.room.sessionId)!.avatar).toMatchObject({ x, z });

  await untilPhase(ann, "round");
  const { hunter, others } = rolesOf([ann, bo]);
  const prey = others[0]!;
  // The one begins in the middle, the other faces it: nothing is in the way.
  const { x: preyX, z: preyZ } = avatarOf(prey);
  const far = Math.hypot(preyX, preyZ);
  const out = { moveX: Math.round((preyX / far) * 127), moveZ: Math.round((preyZ / far) * 127) };
  const fast = await speedOf(hunter, out);
  const plain = await speedOf(prey, { moveX: -out.moveX, moveZ: -out.moveZ });
  expect(fast / plain).toBeCloseTo(IT_SPEED, 2);
});

it("does not bounce: who was tagged cannot tag back in the grace time", async () => {
  const [ann, bo] = (await party(world, "long", 2)) as [TestPlayer, TestPlayer];
  const room = world.room<LongTagRoom>(ann.room.roomId);
  room.graceS = 1;
  ann.room.send("start", {});
  await untilPhase(ann, "round");
  const { hunter, others } = rolesOf([ann, bo]);
  const prey = others[0]!;
  await chase(hunter, prey, () => room.state.it === prey.room.sessionId);
  expect(room.state).toMatchObject({ it: prey.room.sessionId, grace: true });
  const tagged = room.tickProfile().ticks;
  // They stand within reach of each other, and nothing happens until the second is over.
  await chase(prey, hunter, () => room.state.it === hunter.room.sessionId);
  expect(room.state.it).toBe(hunter.room.sessionId);
  // Of the twenty ticks of grace a few may have passed, on a busy machine, before the test looked.
  expect(room.tickProfile().ticks - tagged).toBeGreaterThan(10);
});
