import { WorldRoom } from "roomkeep/rooms";
import { type WalkInput, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { enterRoom, signIn } from "../../../bots/index.ts";
import { openProxy } from "../../helpers/cuttable-proxy.ts";
import { stall, takeClock } from "./moved-clock.ts";

class YardRoom extends WorldRoom {
  static override readonly listing = { label: "Yard", description: "A yard.", maxPlayers: 4 };
  override state = new WorldState();
  protected override onTick(): void {
    // So that each tick has a patch.
    this.state.interpolationMs = 100 + (this.simulation.tick % 2);
  }
}
class QuickYard extends YardRoom {
  override tickHz = 60;
  override patchEveryTicks = 3;
  protected override onTick(): void {
    this.state.interpolationMs = 100 + (Math.floor(this.simulation.tick / 3) % 2);
  }
}

const time = takeClock();
let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ yard: YardRoom, quick: QuickYard });
});
afterAll(async () => {
  await world.close();
  time.restore();
});

/** A page 60 ms away that walks, one input frame a step. */
async function openWalker(game: string) {
  const line = await openProxy(world.server.port, 30);
  const url = `http://127.0.0.1:${line.port}`;
  const { token } = await signIn(url, { name: "Walker" });
  const room = await enterRoom(url, game, token, { create: true });
  room.reconnection.enabled = false;
  await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
  const server = world.room<YardRoom>(room.roomId);
  const input = room.input<WalkInput>();
  const stamps: number[] = [];
  room.onStateChange(() => void stamps.push(room.clock.lastServerTime()));
  time.hold(room, server, line);
  onTestFinished(async () => {
    time.letGo();
    room.connection.close();
    await line.close();
  });
  const walk = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      Object.assign(input.data, { moveX: 127, moveZ: 0, buttons: 0 });
      input.send();
      await time.pass(50);
    }
  };
  await walk(500);
  /** Frames that were sent and are in no patch yet: as late as the page's own doings are for the others. */
  const unanswered = () => input.sentCount - input.lastProcessed;
  return { server, line, stamps, walk, unanswered };
}

// Up to what the room makes up for: five ticks.
test.each([
  ["yard", [50, 100, 150]],
  ["quick", [50, 50]],
])("ticks that a late timer makes up for reach clients a step apart: %s", async (game, lates) => {
  const { server, line, stamps, walk } = await openWalker(game);
  stamps.length = 0;
  for (const lateMs of lates) {
    await stall(server, line, time, () => walk(lateMs));
    await walk(500);
  }
  const apart = stamps.slice(1).map((at, i) => at - (stamps[i] ?? 0));
  expect(apart.length).toBeGreaterThan(20);
  // The wire has whole milliseconds.
  expect(Math.max(...apart.map((ms) => Math.abs(ms - 50)))).toBeLessThanOrEqual(1);
});

test.each([
  ["the process stood still", 400],
  ["the process stood still", 1_000],
  ["the line stood still", 1_000],
])("a player acts as soon as before once %s for %i ms", async (what, ms) => {
  const { server, line, walk, unanswered } = await openWalker("yard");
  const before = unanswered();
  if (what === "the process stood still") await stall(server, line, time, () => walk(ms));
  else {
    line.hold();
    await walk(ms);
    line.release();
  }
  await walk(1_000);
  // The room's timer may have come to lie a little later between two frames.
  expect(unanswered()).toBeLessThanOrEqual(before + 1);
});
