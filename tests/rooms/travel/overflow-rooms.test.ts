import { WorldRoom } from "roomkeep/rooms";
import { defineLevel, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";

class GateRoom extends WorldRoom {
  static override readonly listing = { label: "Gate", description: "", maxPlayers: 12 };
  override state = new WorldState();
  protected override onOpen(): void {
    this.on("go", z.strictObject({}), (player) => void this.travel([player], { to: "bay" }));
    this.on("go.all", z.strictObject({}), () => void this.travel([...this.players.values()], { to: "bay" }));
  }
}

class BayRoom extends WorldRoom {
  static override readonly listing = { label: "Bay", description: "", maxPlayers: 2, overflow: true };
  static override readonly level = defineLevel({
    name: "bay",
    bounds: { min: [-9, -9], max: [9, 9] },
    spawns: [{ at: [0, 0, 0] }],
  });
  override state = new WorldState();
}

let world: TestServer;
const travel = async (player: TestPlayer, message = "go") => {
  const journey = player.journey();
  player.send(message);
  return journey;
};
beforeAll(async () => {
  world = await bootServer({ gate: GateRoom, bay: BayRoom });
});
afterAll(() => world.close());

it("who finds a place full gets a sibling of it, and those who go together stay together", async () => {
  const [ann, bob, cleo, dora] = (await Promise.all(
    ["Ann", "Bob", "Cleo", "Dora"].map((name) => world.join("gate", { name })),
  )) as [TestPlayer, TestPlayer, TestPlayer, TestPlayer];
  expect(await travel(ann)).toBe("bay");
  expect(await travel(bob)).toBe("bay");
  expect(bob.room.roomId).toBe(ann.room.roomId);
  const arrivals = Promise.all([cleo.journey(), dora.journey()]);
  cleo.send("go.all");
  expect(await arrivals).toEqual(["bay", "bay"]);
  expect(cleo.room.roomId).not.toBe(ann.room.roomId);
  expect(dora.room.roomId).toBe(cleo.room.roomId);

  // By choice to another one, if it has a seat.
  const list = ann.message("siblings");
  ann.send("siblings");
  expect(await list).toEqual({ here: ann.room.roomId, others: [] });
  const refused = ann.message<{ code: string }>("refused");
  ann.send("travel.sibling", { code: cleo.room.roomId });
  expect((await refused).code).toBe("ROOM_UNKNOWN");
  await dora.leave();
  const seen = ann.message("siblings");
  ann.send("siblings");
  expect(await seen).toEqual({
    here: ann.room.roomId,
    others: [{ code: cleo.room.roomId, players: 1, max: 2 }],
  });
  const over = ann.journey();
  ann.send("travel.sibling", { code: cleo.room.roomId });
  expect(await over).toBe("bay");
  expect(ann.room.roomId).toBe(cleo.room.roomId);
});
