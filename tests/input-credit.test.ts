import type { WalkInput } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PlazaRoom } from "../rooms/plaza/room.ts";
import { ticks } from "./helpers/tag.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ plaza: PlazaRoom });
});
afterAll(() => world.close());

/** Walks for so many ticks with so many input frames in each; the way it made on the server, metres. */
async function wayOf(player: TestPlayer, framesPerTick: number, count: number): Promise<number> {
  const room = world.room<PlazaRoom>(player.room.roomId);
  const { avatar } = room.players.get(player.room.sessionId)!;
  const input = player.room.input() as ReturnType<typeof player.room.input> & { data: WalkInput };
  const from = { x: avatar.x, z: avatar.z };
  for (let tick = 0; tick < count; tick++) {
    for (let i = 0; i < framesPerTick; i++) {
      Object.assign(input.data, { moveX: 127, moveZ: 0, buttons: 0 });
      input.send();
    }
    await ticks(player.room.roomId, 1);
  }
  return Math.hypot(avatar.x - from.x, avatar.z - from.z);
}

it("twice or ten times the inputs move nobody faster", async () => {
  const honest = await world.join("plaza", { name: "Honest", create: true });
  const plain = await wayOf(honest, 1, 30);
  await honest.leave();
  const greedy = await world.join("plaza", { name: "Greedy", create: true });
  const twice = await wayOf(greedy, 2, 30);
  await greedy.leave();
  const flooding = await world.join("plaza", { name: "Flooding", create: true });
  const tenfold = await wayOf(flooding, 10, 30);

  expect(plain).toBeGreaterThan(3.4);
  // A stall may be caught up on by four frames at most: 4 × 3.4 m/s ÷ 20.
  expect(twice).toBeLessThan(plain + 0.7);
  expect(tenfold).toBeLessThan(plain + 0.7);
});
