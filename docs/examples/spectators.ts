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
import { bootServer, enterRoom, signIn } from "roomkeep/testing";

const server = await bootServer({ duel: DuelRoom });
const { token } = await signIn(server.url, { name: "Wanda" });
const ann = await enterRoom(server.url, "duel", (await signIn(server.url)).token, { create: true });
const code = ann.roomId;

// In a page: client.joinById(code, { as: "spectator" }), with a ticket as for a player.
const watching = await enterRoom(server.url, "duel", token, { code, options: { as: "spectator" } });
watching.onMessage("viewer", ({ delayS }: { delayS: number }) => {
  console.info(`The picture comes in ${delayS} s.`);
});

// A spectator becomes a player, when a seat is free.
const given = new Promise<{ seat: object }>((done) => watching.onMessage("seat.taken", done));
const answer = (await watching.request("seat.take", {})) as { ok: boolean }; // else ROOM_FULL
const { seat } = await given; // client.consumeSeatReservation(seat), then watching.leave()
// #endregion

assert.equal(answer.ok, true);
assert.ok("sessionId" in seat);
assert.equal(server.room<DuelRoom>(code).viewers.size, 1);
await watching.leave();
await server.close();
