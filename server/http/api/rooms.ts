import { matchMaker } from "@colyseus/core";
import type { GameListing } from "../../../rooms/index.ts";
import type { RoomListing } from "../../../rooms/internal.ts";
import { RoomkeepError } from "../../../shared/index.ts";
import { addressKey, type RateLimit } from "../../accounts/rate-limit.ts";
import { endpoint } from "./answer.ts";

/** A game as the list shows it. */
export interface GameEntry extends GameListing {
  game: string;
}

/** `GET /v1/rooms`: open public rooms and the games on offer. `GET /v1/rooms/:code`: where a code leads, which an address may not try without end. */
export function roomEndpoints(games: readonly GameEntry[], misses: RateLimit) {
  return {
    listRooms: endpoint({
      method: "GET",
      path: "/v1/rooms",
      summary: "Open public rooms, and the games on offer",
      async answer() {
        const rooms = await matchMaker.query({ private: false });
        // An instance is entered through a portal, not from the list.
        return { games: games.filter(({ instance }) => !instance), rooms: rooms.map(entryOf) };
      },
    }),
    findRoom: endpoint({
      method: "GET",
      path: "/v1/rooms/:code",
      summary: "The room that a code leads to",
      codes: ["ROOM_UNKNOWN"],
      async answer({ params, address }) {
        const code = (params.code ?? "").toUpperCase().slice(0, 16);
        const key = addressKey(address);
        await misses.spend(key);
        const room = await matchMaker.driver.findOne({ roomId: code });
        if (!room) throw new RoomkeepError("ROOM_UNKNOWN", `No open room has the code ${code}.`);
        await misses.refund(key);
        return entryOf(room);
      },
    }),
  };
}

type Row = Awaited<ReturnType<typeof matchMaker.query>>[number];

function entryOf(room: Row) {
  const listing = room.metadata as RoomListing | undefined;
  return {
    roomId: room.roomId,
    code: room.roomId,
    game: room.name,
    label: listing?.label ?? room.name,
    players: room.clients,
    maxPlayers: room.maxClients,
    open: !room.locked,
  };
}
