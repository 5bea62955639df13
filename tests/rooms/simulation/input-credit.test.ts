import { TICK_HZ, WALK_MPS, type WalkInput } from "roomkeep/shared";
import { bootServer, joinAs, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PlazaRoom } from "../../../games/plaza/room.ts";
import { games } from "../../../server/main.ts";
import { openProxy } from "../../helpers/cuttable-proxy.ts";
import { takeClock } from "./moved-clock.ts";

const time = takeClock();
let world: TestServer;
beforeAll(async () => {
  world = await bootServer(games);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

/**
 * Walks for 30 ticks with so many input frames a tick. The way it made on the server, as a share of what one
 * frame a tick makes.
 */
async function shareOf(name: string, framesPerTick: number): Promise<number> {
  const line = await openProxy(world.server.port, 10);
  const player = await joinAs(`http://127.0.0.1:${line.port}`, "plaza", { name, create: true });
  const room = world.room<PlazaRoom>(player.room.roomId);
  const { avatar } = room.players.get(player.room.sessionId)!;
  const input = player.room.input() as ReturnType<typeof player.room.input> & { data: WalkInput };
  time.hold(player.room, room, line);
  const send = (count: number) => {
    for (let i = 0; i < count; i++) {
      Object.assign(input.data, { moveX: 127, moveZ: 0, buttons: 0 });
      input.send();
    }
  };
  const walk = async (ticks: number) => {
    for (let tick = 0; tick < ticks; tick++) {
      send(framesPerTick);
      await time.pass(1000 / TICK_HZ);
    }
  };
  // Until it has spent what it had saved up, standing still.
  await walk(10);
  const from = { x: avatar.x, z: avatar.z, tick: room.simulation.tick };
  await walk(30);
  const way = Math.hypot(avatar.x - from.x, avatar.z - from.z);
  const ticks = room.simulation.tick - from.tick;
  time.letGo();
  await player.leave();
  await line.close();
  return way / ((ticks * WALK_MPS) / TICK_HZ);
}

it("2 times the inputs move nobody faster, and neither do 10 times", async () => {
  const honest = await shareOf("Honest", 1);
  expect(honest).toBeGreaterThan(0.9);
  expect(honest).toBeLessThanOrEqual(1);
  // Places are float32.
  for (const framesPerTick of [2, 10]) expect(await shareOf("Greedy", framesPerTick)).toBeCloseTo(honest, 4);
});
