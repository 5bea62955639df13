import { matchMaker } from "@colyseus/core";
import type { GameListing } from "../../../rooms/index.ts";
import type { RoomListing } from "../../../rooms/internal.ts";
import { RoomkeepError } from "../../../shared/index.ts";
import { addressKey, type RateLimit } from "../../accounts/rate-limit.ts";
import { endpoint } from "./answer.ts";

/** A game in the list of rooms. */
export interface GameEntry extends GameListing {
  game: string;
}

/** What the endpoints of rooms need. */
export interface RoomParts {
  readonly misses: RateLimit;
  /** Whether a character of the caller is in the room, so that a private one may be told. */
  isInside(token: string | undefined, roomId: string): Promise<boolean>;
}

/**
 * `GET /v1/rooms`: open public rooms and the games on offer. `GET /v1/rooms/:code`: where a code leads, which
 * an address may not try without end; a private room is told to those who are in it.
 */
export function roomEndpoints(games: readonly GameEntry[], { misses, isInside }: RoomParts) {
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
      summary: "The room that a code leads to; a private one only for those who are in it",
      codes: ["ROOM_UNKNOWN"],
      async answer({ params, address, token }) {
        const code = (params.code ?? "").toUpperCase().slice(0, 16);
        const key = addressKey(address);
        await misses.spend(key);
        const room = await matchMaker.driver.findOne({ roomId: code });
        const isTold = room && (!room.private || (await isInside(token, room.roomId)));
        if (!isTold) throw new RoomkeepError("ROOM_UNKNOWN", `No open room has the code ${code}.`);
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
    ...(listing?.watching && { watching: listing.watching.spectator, screens: listing.watching.screen }),
  };
}
