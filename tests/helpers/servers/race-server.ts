import { matchMaker } from "@colyseus/core";
import { readConfig, startServer } from "roomkeep/server";
import { PlazaRoom } from "../../../games/plaza/room.ts";
import { games, plugins } from "../../../server/main.ts";

/** A server process that reports its live players to a test. */
class RaceRoom extends PlazaRoom {
  static override readonly listing = { ...PlazaRoom.listing, maxPlayers: 500 };
}

const server = await startServer({ ...games, race: RaceRoom }, readConfig(process.env), undefined, plugins);
process.on("message", ({ ask, roomIds }: { ask: number; roomIds: string[] }) => {
  // One synchronous read: all live players of this process at one moment.
  const live = roomIds.flatMap((roomId) => {
    const room = matchMaker.getLocalRoomById(roomId) as unknown as RaceRoom | undefined;
    return [...(room?.players.values() ?? [])].map(({ claim }) => ({
      characterId: claim.sheet.id,
      epoch: claim.epoch,
    }));
  });
  process.send?.({ ask, live });
});
process.send?.({ ready: true, port: server.port, url: server.url });
