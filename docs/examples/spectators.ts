import assert from "node:assert/strict";
// #region spectators-room
import { GameRoom } from "roomkeep/rooms";
import { GameState } from "roomkeep/shared";

class DuelRoom extends GameRoom<GameState> {
  static override readonly listing = {
    label: "Duel",
    description: "Two play, many watch.",
    maxPlayers: 2,
    spectators: { max: 50, delayS: 20, chat: true }, // what they see is 20 s old
    screens: 1, // a TV in the room sees it as it is
    screenWaitS: 600, // and waits ten minutes for its party
  };
  override state = new GameState();
}

// #endregion

// #region spectators-page
import { Client, type Room } from "colyseus.js";

/** `client.auth.token` is a ticket for the room, as for a player. */
async function watch(client: Client, code: string): Promise<Room> {
  const room = await client.joinById(code, { as: "spectator" }); // or a whole game: join("duel", …)
  room.onMessage("viewer", ({ delayS }: { delayS: number }) => {
    console.info(`The picture comes in ${delayS} s.`);
  });
  return room;
}

/** A spectator becomes a player, when a seat is free. */
async function takeSeat(client: Client, watching: Room): Promise<Room | undefined> {
  const given = new Promise<{ seat: never }>((done) => watching.onMessage("seat.taken", done));
  const answer = (await watching.request("seat.take", {})) as { ok: boolean };
  if (!answer.ok) return undefined; // ROOM_FULL, and told in a "refused" message
  const room = await client.consumeSeatReservation((await given).seat);
  await watching.leave();
  return room as Room;
}

// #endregion

import { bootServer, signIn, ticketFor } from "roomkeep/testing";

const world = await bootServer({ duel: DuelRoom });
const seated = async (options: object, join: (client: Client) => Promise<Room>) => {
  const client = new Client(world.url);
  const { token } = await signIn(world.url, { name: "Ann" });
  client.auth.token = await ticketFor(world.url, token, options as { game: string });
  return [client, await join(client)] as const;
};
const [, ann] = await seated({ game: "duel" }, (client) => client.create("duel") as Promise<Room>);
const [client, watching] = await seated({ roomId: ann.roomId }, (one) => watch(one, ann.roomId));
const player = await takeSeat(client, watching);
assert.equal(world.room<DuelRoom>(ann.roomId).players.size, 2);
assert.equal(player?.roomId, ann.roomId);
await world.close();
