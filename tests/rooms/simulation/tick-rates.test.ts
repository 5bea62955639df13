import { defineSystem, type RoomContext, WorldRoom } from "roomkeep/rooms";
import { Actor, defineLevel, layGround, type World, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enterRoom, signIn } from "../../../bots/index.ts";
import { predictRoom } from "../../../client/network/predict.ts";

const Hand = Actor.extend({}, "RatesHand");

/** Turns a hand by one step a tick and tells the simulated time. */
const turn = defineSystem<World, RoomContext>({
  name: "turn",
  run: (world, { tick, dtS }) => {
    for (const hand of world.query({ is: Hand })) Object.assign(hand, { x: tick, z: hand.z + dtS });
  },
});

class UsualRoom extends WorldRoom {
  static override readonly listing = { label: "Rates", description: "Ticks.", maxPlayers: 4 };
  override state = new WorldState();
  override systems = [turn];
  protected override onBegin(): void {
    this.world.spawn(new Hand({ kind: "hand" }), "hand");
  }
}
class QuickRoom extends UsualRoom {
  override tickHz = 60;
  override patchEveryTicks = 3;
}
class ActionRoom extends UsualRoom {
  override tickHz = 60;
  override interpolationMs = 50;
}
/** Its patches are no whole number of milliseconds apart. */
class SwiftRoom extends UsualRoom {
  override tickHz = 60;
}
class TurnRoom extends UsualRoom {
  override tickHz = 1000 / 600;
}
class WrongRoom extends UsualRoom {
  override patchEveryTicks = 0.5;
}

const flat = defineLevel({
  name: "flat",
  bounds: { min: [-9, -9], max: [9, 9] },
  spawns: [{ at: [0, 0, 0] }],
});

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({
    usual: UsualRoom,
    quick: QuickRoom,
    action: ActionRoom,
    swift: SwiftRoom,
    turns: TurnRoom,
    wrong: WrongRoom,
  });
});
afterAll(() => world.close());

test.each([
  { game: "usual", tickHz: 20, everyTicks: 1, interpolationMs: 100, stepMs: 50 },
  { game: "quick", tickHz: 60, everyTicks: 3, interpolationMs: 100, stepMs: 1000 / 60 },
  { game: "action", tickHz: 60, everyTicks: 1, interpolationMs: 50, stepMs: 1000 / 60 },
  { game: "swift", tickHz: 60, everyTicks: 1, interpolationMs: 33, stepMs: 1000 / 60 },
  { game: "turns", tickHz: 1000 / 600, everyTicks: 1, interpolationMs: 1200, stepMs: 600 },
])("a room of $game rates steps, patches and tells its clients so", { timeout: 60_000 }, async (rates) => {
  const ann = await world.join(rates.game, { name: "Ann" });
  const room = world.room<UsualRoom>(ann.room.roomId);
  expect(ann.room.state.interpolationMs).toBe(rates.interpolationMs);
  expect(ann.room.input().stepMs).toBeCloseTo(rates.stepMs, 3);
  const seen: number[] = [];
  ann.room.onStateChange(() => void seen.push((ann.room.state.actors.get("hand") as Actor).x));
  const ticks = rates.game === "turns" ? 3 : 24;
  const from = room.simulation.tick;
  const hand = room.world.get("hand") as Actor;
  const start = { at: performance.now(), z: hand.z, tick: from };
  await ann.until("the ticks to pass", () => room.simulation.tick >= from + ticks, 20_000);
  // Simulated time goes by the tick, whatever the machine does.
  expect(hand.z - start.z).toBeCloseTo((room.simulation.tick - start.tick) / rates.tickHz, 3);
  expect(room.simulation.timeMs).toBeCloseTo((room.simulation.tick * 1000) / rates.tickHz, 6);
  // A tick is never early by more than what a timer may have saved up: it is late where the machine is busy.
  const gaps = seen.slice(1).map((tick, i) => tick - (seen[i] ?? 0));
  expect(gaps.filter((gap) => gap % rates.everyTicks !== 0)).toEqual([]);
  expect(gaps.filter((gap) => gap > 0).length).toBeGreaterThanOrEqual(
    Math.floor(ticks / rates.everyTicks) - 2,
  );
  // Input is taken one frame a tick at any rate.
  await ann.walk({ moveX: 127 }, rates.game === "turns" ? 1 : 4);
  expect(ann.me().x).not.toBe(0);
  await ann.leave();
});

test("a page that opens a room before its first state shows others with the room's own delay", async () => {
  const { token } = await signIn(world.url, { name: "Ann" });
  const room = await enterRoom(world.url, "turns", token, {});
  expect(room.state?.interpolationMs).toBeUndefined();
  const prediction = predictRoom(room, layGround(flat));
  await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
  prediction.frame(performance.now(), () => ({ moveX: 0, moveZ: 0, buttons: 0 }));
  expect(prediction.interpolationMs).toBe(1200);
  expect(prediction.tickHz).toBeCloseTo(1000 / 600, 3);
  prediction.dispose();
  await room.leave();
});

test("rates that make no sense are refused when the room opens", async () => {
  await expect(world.join("wrong", { name: "Ann" })).rejects.toThrow(/patchEveryTicks/);
});
