import { TICK_HZ, WALK_MPS, type WalkInput } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PlazaRoom } from "../../../games/plaza/room.ts";
import { games } from "../../../server/main.ts";
import { ticks } from "../../helpers/tag.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer(games);
});
afterAll(() => world.close());

/**
 * Walks for a while with so many input frames a tick. The way it made on the server, as a share of the
 * longest that the ticks which passed allow: a room that is late makes up for it with several ticks at once.
 */
async function shareOf(player: TestPlayer, framesPerTick: number): Promise<number> {
  const room = world.room<PlazaRoom>(player.room.roomId);
  const { avatar } = room.players.get(player.room.sessionId)!;
  const input = player.room.input() as ReturnType<typeof player.room.input> & { data: WalkInput };
  const from = { x: avatar.x, z: avatar.z };
  const began = room.tickProfile().ticks;
  for (let tick = 0; tick < 30; tick++) {
    for (let i = 0; i < framesPerTick; i++) {
      Object.assign(input.data, { moveX: 127, moveZ: 0, buttons: 0 });
      input.send();
    }
    await ticks(player.room.roomId, 1);
  }
  const way = Math.hypot(avatar.x - from.x, avatar.z - from.z);
  // After a stall four frames may be caught up on.
  const frames = room.tickProfile().ticks - began + 4;
  return way / ((frames * WALK_MPS) / TICK_HZ);
}

it.each([2, 10])("%i times the inputs move nobody faster", async (framesPerTick) => {
  const honest = await world.join("plaza", { name: "Honest", create: true });
  expect(await shareOf(honest, 1)).toBeGreaterThan(0.5);
  await honest.leave();
  const greedy = await world.join("plaza", { name: "Greedy", create: true });
  const share = await shareOf(greedy, framesPerTick);
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThanOrEqual(1);
});
