import { WorldRoom } from "roomkeep/rooms";
import { CLOSE, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { ticketOf } from "../../../rooms/travel/departure.ts";

/** As `ON_THE_WAY_MAX` of rooms/travel/carry.ts. */
const ON_THE_WAY_MAX = 20;

class HallRoom extends WorldRoom {
  static override readonly listing = { label: "Hall", description: "", maxPlayers: 60 };
  override state = new WorldState();
}

let world: TestServer;
let players: TestPlayer[] = [];
beforeAll(async () => {
  world = await bootServer({ hall: HallRoom });
});
afterEach(async () => {
  await Promise.all(players.map((player) => player.leave()));
  players = [];
});
afterAll(() => world.close());

async function gather(count: number): Promise<WorldRoom> {
  const first = await world.join("hall", { name: "Guest 0", create: true });
  players.push(first);
  const code = first.room.roomId;
  for (let n = 1; n < count; n++) players.push(await world.join("hall", { name: `Guest ${n}`, code }));
  return world.room<WorldRoom>(code);
}

it("takes a full room over at the pace of the arrivals: so many are on the way at a time", async () => {
  const room = await gather(ON_THE_WAY_MAX + 6);
  const { characters } = world.server.foundation;
  const { claimTransfer } = characters;
  let open = () => {};
  const opened = new Promise<void>((done) => {
    open = done;
  });
  const onTheWay = () => [...room.players.values()].filter(({ departure }) => ticketOf(departure)).length;
  let [waiting, most] = [0, 0];
  characters.claimTransfer = async (...asked) => {
    waiting += 1;
    most = Math.max(most, onTheWay());
    await opened;
    return claimTransfer(...asked);
  };
  const moved = room.moveOut();
  await expect.poll(() => waiting).toBe(ON_THE_WAY_MAX);
  open();
  await moved;
  characters.claimTransfer = claimTransfer;
  expect([most, room.players.size]).toEqual([ON_THE_WAY_MAX, 0]);
  for (const player of players) {
    await player.until("the arrival", () => player.journeys.length > 0);
    await player.until("the old room to close", () => player.closed.get(room.roomId) === CLOSE.TRAVELLED);
  }
  const rooms = new Set(players.map(({ room: { roomId } }) => roomId));
  expect([rooms.size, rooms.has(room.roomId)]).toEqual([1, false]);
});

it("hands over once more whom the other room did not let in", async () => {
  const room = await gather(3);
  const { characters } = world.server.foundation;
  const { claimTransfer } = characters;
  let refusals = 1;
  characters.claimTransfer = async (id, ticket, holder) => {
    if (!holder.back && refusals-- > 0) throw new Error("this machine is too slow");
    return claimTransfer(id, ticket, holder);
  };
  await room.moveOut();
  for (const player of players) await player.until("the arrival", () => player.journeys.at(-1) === "hall");
  characters.claimTransfer = claimTransfer;
  expect(refusals).toBeLessThan(1);
  expect(players.flatMap(({ journeys: ended }) => ended).sort()).toEqual(
    ["TRAVEL_REFUSED", "hall", "hall", "hall"].sort(),
  );
  expect(new Set(players.map(({ room: { roomId } }) => roomId)).size).toBe(1);
});

it("opens no room in a process that ends", async () => {
  const { foundation } = world.server;
  foundation.stopping = true;
  await expect(world.join("hall", { create: true })).rejects.toThrow("ROOM_CLOSED");
  foundation.stopping = false;
  players.push(await world.join("hall", { create: true }));
});
