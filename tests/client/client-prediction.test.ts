import { type Actor, layGround, TICK_HZ } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InputFrame, predictRoom } from "../../client/network/predict.ts";
import { plazaLevel } from "../../games/plaza/level.ts";
import type { PlazaRoom } from "../../games/plaza/room.ts";
import { games } from "../../server/main.ts";

const STILL: InputFrame = { moveX: 0, moveZ: 0, buttons: 0 };
const EAST: InputFrame = { moveX: 127, moveZ: 0, buttons: 0 };
const FRAME_MS = 1000 / 60;
const ground = layGround(plazaLevel);

let world: TestServer;
beforeAll(async () => {
  world = await bootServer(games);
});
afterAll(() => world.close());

/** A page without a screen: frames of 1/60 s on a clock of our own, patches from the real server. */
async function openPage(name: string) {
  const player = await world.join("plaza", { name });
  const prediction = predictRoom(player.room, ground);
  let now = 1000;
  const frame = (held: InputFrame) => {
    now += FRAME_MS;
    prediction.frame(now, () => held);
    return prediction.pose(player.room.sessionId, player.me(), { x: 0, y: 0, z: 0, yaw: 0 });
  };
  await player.patches(2);
  frame(STILL);
  return {
    player,
    prediction,
    frame,
    /** Frames at the pace of the room: three to a patch. */
    async play(held: InputFrame, patches: number) {
      for (let i = 0; i < patches; i++) {
        await player.patches(1);
        for (let f = 0; f < 3; f++) frame(held);
      }
    },
  };
}

describe("the own avatar", () => {
  it("answers in the next frame, before the server has heard of the key", async () => {
    const page = await openPage("Ann");
    await page.play(STILL, 4);
    // A step is due in one frame of three; the answer must come in each of them.
    for (let phase = 0; phase < 3; phase++) {
      for (let i = 0; i < phase; i++) page.frame(STILL);
      const before = { ...page.frame(STILL) };
      const server = page.player.me().x;
      const after = page.frame(EAST);
      expect(after.x, `phase ${phase}`).toBeGreaterThan(before.x);
      expect(page.player.me().x).toBe(server);
      await page.play(STILL, 6);
    }
    page.prediction.dispose();
  });

  it("moves evenly: no frame of a steady walk stands still or jumps", async () => {
    const page = await openPage("Ben");
    await page.play(EAST, 10);
    const strides: number[] = [];
    let last = page.frame(EAST).x;
    for (let patch = 0; patch < 12; patch++) {
      await page.player.patches(1);
      for (let f = 0; f < 3; f++) {
        const { x } = page.frame(EAST);
        strides.push(x - last);
        last = x;
      }
    }
    const even = 3.4 / 60;
    expect(Math.min(...strides)).toBeGreaterThan(even * 0.75);
    expect(Math.max(...strides)).toBeLessThan(even * 1.25);
    page.prediction.dispose();
  });

  it("stands where the server has it, once the keys are released", async () => {
    const page = await openPage("Cid");
    await page.play(EAST, 20);
    await page.play(STILL, TICK_HZ);
    const shown = page.frame(STILL);
    expect(shown.x).toBeCloseTo(page.player.me().x, 2);
    expect(shown.z).toBeCloseTo(page.player.me().z, 2);
    page.prediction.dispose();
  });

  it("is shown at once where the server put it, when that is far away", async () => {
    const page = await openPage("Dee");
    await page.play(STILL, 4);
    const room = world.room<PlazaRoom>(page.player.room.roomId);
    const avatar = room.players.get(page.player.room.sessionId)?.avatar;
    Object.assign(avatar ?? {}, { x: -20, z: -12 });
    await page.player.until("the jump", () => page.player.me().x === -20);
    await page.play(STILL, 3);
    expect(page.frame(STILL).x).toBeCloseTo(-20, 1);
    page.prediction.dispose();
  });
});

describe("another player", () => {
  it("glides to where they walked", async () => {
    const page = await openPage("Eve");
    const other = await world.join("plaza", { name: "Fay" });
    await other.walk({ moveZ: 127 }, 10);
    const seen = page.player.room.state.actors.get(other.room.sessionId) as Actor;
    const shown = () => page.prediction.pose(other.room.sessionId, seen, { x: 0, y: 0, z: 0, yaw: 0 });
    let last = shown().z;
    let longest = 0;
    for (let i = 0; i < 3 * TICK_HZ; i++) {
      await page.play(STILL, 1);
      longest = Math.max(longest, Math.abs(shown().z - last));
      last = shown().z;
    }
    expect(shown().z).toBeCloseTo(other.me().z, 1);
    // Unwrapped angles: a whole turn more is the same.
    expect(Math.cos(shown().yaw)).toBeCloseTo(1, 2);
    // At 3.4 m/s a patch is 0.17 m; a jump over several patches would not be a glide.
    expect(longest).toBeLessThan(0.5);
    page.prediction.dispose();
  });
});
