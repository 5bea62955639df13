import { t } from "@colyseus/schema";
import { GameRoom } from "roomkeep/rooms";
import { defineGameState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { joinGuest } from "../../helpers/guests.ts";

const RestState = defineGameState("RestState", { fields: { count: t.uint32().default(0) } });
type RestState = InstanceType<typeof RestState>;

class RestRoom extends GameRoom<RestState> {
  static override readonly listing = { label: "Rest", description: "", maxPlayers: 4 };
  override state = new RestState();
  patches = 0;
  override onBeforePatch(): void {
    super.onBeforePatch();
    this.patches++;
  }
  protected override onOpen(): void {
    this.on("add", z.strictObject({}), () => void this.state.count++);
    this.on("later", z.strictObject({ ms: z.int() }), (_, { ms }) => {
      this.clock.setTimeout(() => void this.state.count++, ms);
    });
  }
}

/** It patches by itself, as a game of Colyseus may. */
class OwnPaceRoom extends RestRoom {
  override patchRate = null;
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ rest: RestRoom, own: OwnPaceRoom });
});
afterAll(() => world.close());

test("a room at rest runs nothing, and wakes for messages, timers and changes from outside", async () => {
  const ann = await joinGuest<RestState>(world, "rest", { name: "Ann", create: true });
  const room = world.room<RestRoom>(ann.room.roomId);
  ann.send("add", {});
  await ann.until("the count", () => ann.room.state.count === 1);
  // Nothing is due: a hundred turns of the loop and of its timers pass, and no patch.
  const settled = async () => {
    for (let before = -1; before !== room.patches; ) {
      before = room.patches;
      await new Promise((done) => setTimeout(done, 150));
    }
    return room.patches;
  };
  const before = await settled();
  await new Promise((done) => setTimeout(done, 1_000));
  expect(room.patches).toBe(before);

  ann.send("later", { ms: 120 });
  await ann.until("the timer", () => ann.room.state.count === 2);
  room.state.count = 9; // as code of the game does after a question to another server
  await ann.until("the change", () => ann.room.state.count === 9);
});

test("a timer that is set after a long rest counts from then on", async () => {
  const ann = await joinGuest<RestState>(world, "rest", { name: "Ann", create: true });
  const room = world.room<RestRoom>(ann.room.roomId);
  room.clock.currentTime -= 3_600_000;
  const done: number[] = [];
  const from = Date.now();
  room.clock.setTimeout(() => done.push(Date.now() - from), 200);
  room.clock.tick();
  expect(done).toEqual([]);
  await expect.poll(() => done.length).toBe(1);
  expect(done[0]).toBeGreaterThanOrEqual(199);
});

test("rate limits count the time of a rest", async () => {
  const ann = await joinGuest<RestState>(world, "rest", { name: "Ann", create: true });
  const room = world.room<RestRoom>(ann.room.roomId);
  for (let i = 0; i < 40; i++) ann.send("add", {});
  await ann.until("a refusal", () => ann.messages("refused").length > 0);
  const { count } = room.state;
  room.clock.currentTime -= 60_000;
  ann.send("add", {});
  await ann.until("one more", () => ann.room.state.count > count);
});

test("a game that patches by itself is left to it", async () => {
  const ann = await joinGuest<RestState>(world, "own", { name: "Ann", create: true });
  const room = world.room<OwnPaceRoom>(ann.room.roomId);
  ann.send("add", {});
  await expect.poll(() => room.state.count).toBe(1);
  expect(room.patches).toBe(0);
  room.broadcastPatch();
  await ann.until("the patch", () => ann.room.state.count === 1);
});
