import { matchMaker } from "@colyseus/core";
import { t } from "@colyseus/schema";
import { GameRoom, openRecorder, rerun, WorldRoom } from "roomkeep/rooms";
import { defineSettings } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";

const settings = defineSettings({
  prefix: "FOLLOWED",
  shape: {
    wind: z.int().min(0).max(100).default(3).meta({ live: true }),
    seats: z.int().default(2),
  },
});
const HillState = WorldState.extend(
  { wind: t.uint8().default(0), blown: t.uint32().default(0) },
  "FollowedState",
);
type HillState = InstanceType<typeof HillState>;

/** The wind blows by its setting, which comes in by an answer. */
class HillRoom extends WorldRoom<HillState> {
  static override readonly listing = { label: "Hill", description: "Wind.", maxPlayers: 8 };
  override state = new HillState();
  /** Whether the tick was running when the setting was applied. */
  readonly applied: { wind: number; tick: number }[] = [];
  protected override onOpen(): void {
    this.onSetting(settings, "wind", (wind) => {
      this.applied.push({ wind, tick: this.simulation.tick });
      if (wind === 99) throw new Error("a storm");
      this.state.wind = wind;
    });
  }
  protected override onTick(): void {
    this.state.blown += this.state.wind;
  }
  follow(): void {
    this.onSetting(settings, "wind", () => {});
  }
}

let world: TestServer | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function set({ server }: TestServer, name: string, value: string): Promise<void> {
  const { live, database } = server.foundation;
  const change = { name, by: { accountId: undefined, caller: "operator" }, reason: "test" };
  await database.ds.transaction((db) => live.set(db, change, value));
  await live.look();
}

test("a room with a world applies a live setting in a tick, and a re-run has it in its recording", async () => {
  world = await bootServer({ hill: HillRoom });
  const ann = await world.join("hill", { name: "Ann" });
  const room = world.room<HillRoom>(ann.room.roomId);
  const windOf = () => (ann.room.state as unknown as HillState).wind;
  await ann.until("the first wind", () => windOf() === 3);
  const lines: string[] = [];
  room.record(openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1, markEveryTicks: 1 }));
  await ann.patches(3);
  await set(world, "FOLLOWED_WIND", "7");
  await ann.until("the new wind", () => windOf() === 7);
  // Nothing of it has changed: nobody hears.
  await set(world, "FOLLOWED_SEATS", "4");
  await set(world, "FOLLOWED_WIND", "7");
  await set(world, "FOLLOWED_WIND", "8");
  await ann.until("the next wind", () => windOf() === 8);
  expect(room.applied.map(({ wind }) => wind)).toEqual([3, 7, 8]);
  expect(room.faults.size).toBe(0);
  expect(() => room.follow()).toThrow(TypeError);

  // With settings of its own: those that the process has now are others.
  await set(world, "FOLLOWED_WIND", "50");
  await ann.until("the last wind", () => windOf() === 50);
  const again = await rerun(HillRoom, lines);
  expect(again).toMatchObject({ compared: again.ticks, mismatches: [] });
  const without = lines.map((line) => line.replace('"value":7', '"value":6'));
  expect((await rerun(HillRoom, without)).mismatches.length).toBeGreaterThan(0);
});

test("an error of a room that applies it is the room's", async () => {
  world = await bootServer({ hill: HillRoom });
  const ann = await world.join("hill", { name: "Ann" });
  const room = world.room<HillRoom>(ann.room.roomId);
  await ann.until("the first wind", () => (ann.room.state as unknown as HillState).wind === 3);
  await set(world, "FOLLOWED_WIND", "99");
  await expect.poll(() => room.faults.size).toBe(1);
  await set(world, "FOLLOWED_WIND", "5");
  await ann.until("the next wind", () => (ann.room.state as unknown as HillState).wind === 5);
});

class TableRoom extends GameRoom {
  static override readonly listing = { label: "Table", description: "Cards.", maxPlayers: 4 };
  readonly winds: number[] = [];
  protected override onOpen(): void {
    this.onSetting(settings, "wind", (wind) => void this.winds.push(wind));
  }
}

test("a room without a world applies it at once, until it is closed", async () => {
  world = await bootServer({ table: TableRoom });
  const { roomId } = await matchMaker.createRoom("table", {});
  const room = world.room<TableRoom>(roomId);
  await set(world, "FOLLOWED_WIND", "7");
  expect(room.winds).toEqual([3, 7]);
  await room.disconnect();
  await expect.poll(() => matchMaker.getLocalRoomById(roomId)).toBeUndefined();
  await set(world, "FOLLOWED_WIND", "8");
  expect(room.winds).toEqual([3, 7]);
});
