import { layGround, WALK_MPS } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type InputFrame, type Prediction, predictRoom } from "../../client/network/predict.ts";
import type { JoinedRoom } from "../../client/room/joined-room.ts";
import { tagLevel } from "../../games/tag/level.ts";
import type { TagState } from "../../games/tag/state.ts";
import { IT_SPEED, ownStep } from "../../games/tag/step.ts";
import { LongTagRoom, party, rolesOf, ticks, untilPhase } from "../helpers/tag.ts";

const EAST: InputFrame = { moveX: 127, moveZ: 0, buttons: 0 };
const STILL: InputFrame = { moveX: 0, moveZ: 0, buttons: 0 };
const FRAME_MS = 1000 / 60;
const ground = layGround(tagLevel);

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ long: LongTagRoom });
});
afterAll(() => world.close());

/** Plays so many ticks at three frames each; where the own avatar was shown in each frame. */
async function play(player: TestPlayer, prediction: Prediction, held: InputFrame, count: number, from = 0) {
  const shown: number[] = [];
  for (let tick = 0; tick < count; tick++) {
    await ticks(player.room.roomId, 1);
    for (let f = 0; f < 3; f++) {
      prediction.frame(1000 + (from + tick * 3 + f) * FRAME_MS, () => held);
      shown.push(prediction.pose(player.room.sessionId, player.me(), { x: 0, y: 0, z: 0, yaw: 0 }).x);
    }
  }
  return shown;
}

it("predicts it at its own speed: no frame of its walk stands still or jumps, and it ends where the server has it", async () => {
  const players = await party(world, "long", 2);
  players[0]!.room.send("start", {});
  await untilPhase(players[0]!, "round");
  const { hunter } = rolesOf(players); // on the dais, with five metres of open ground to the east
  const room = hunter.room as unknown as JoinedRoom<TagState>;
  const prediction = predictRoom(room, ground, ownStep(room));
  await play(hunter, prediction, EAST, 8);
  const shown = await play(hunter, prediction, EAST, 12, 24);
  const strides = shown.slice(1).map((x, i) => x - shown[i]!);
  const even = (WALK_MPS * IT_SPEED) / 60;
  expect(Math.min(...strides)).toBeGreaterThan(even * 0.75);
  expect(Math.max(...strides)).toBeLessThan(even * 1.25);
  expect((shown.at(-1)! - shown[0]!) / (shown.length - 1)).toBeCloseTo(even, 3);
  const rest = await play(hunter, prediction, STILL, 20, 60);
  expect(rest.at(-1)).toBeCloseTo(hunter.me().x, 2);
  prediction.dispose();
});

it("predicts that nobody moves in the countdown, whatever keys are held", async () => {
  const players = await party(world, "long", 2);
  const [ann] = players as [TestPlayer];
  world.room<LongTagRoom>(ann.room.roomId).countdownS = 2;
  ann.room.send("start", {});
  await untilPhase(ann, "countdown");
  const { x } = ann.me();
  const room = ann.room as unknown as JoinedRoom<TagState>;
  const prediction = predictRoom(room, ground, ownStep(room));
  const shown = await play(ann, prediction, EAST, 15);
  expect(room.state.phase).toBe("countdown");
  for (const at of shown) expect(at).toBeCloseTo(x, 4);
  prediction.dispose();
});
