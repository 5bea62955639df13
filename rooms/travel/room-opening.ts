import type { Room } from "@colyseus/core";
import { withTimeout } from "../../shared/internal.ts";
import type { CreateOptions, GameListing, RoomListing } from "../game-listing.ts";
import { type Match, matchKey, readMatch } from "../match-options.ts";
import type { Stay } from "../ports/ports.ts";
import type { RoomOpening } from "../surroundings.ts";
import { formerCode, uniqueCode } from "./room-code.ts";
import { refuseFull } from "./room-finder.ts";

/** Longest wait for whether a match has a code, ms. */
const KEPT_MS = 1_000;

/** A room that is about to open. */
interface OpeningRoom extends Pick<Room, "roomName" | "roomId" | "maxClients" | "setPrivate"> {
  match: Match;
  metadata: RoomListing;
}

/**
 * Gives a room its code, its seats, its matching and its place on the lists.
 *
 * @param wanted what it is created with
 * @param options the same, unread
 * @throws ROOM_OPEN, ROOM_FULL
 */
export async function openRoom(
  room: OpeningRoom,
  listing: GameListing,
  { hasOneRoom, wanted, options }: { hasOneRoom: boolean; wanted: CreateOptions; options: unknown },
): Promise<RoomOpening> {
  const stay = stayOf(room.roomName, wanted);
  if (hasOneRoom && !wanted.successor) await refuseFull(room.roomName);
  const { codeLength, matches } = wanted.ports;
  // While the database is away rooms open all the same; a match with this code waits until this one closes.
  const isKept = async (code: string): Promise<boolean> => {
    try {
      return await withTimeout(KEPT_MS, matches.isKept(code));
    } catch {
      return false;
    }
  };
  room.roomId = stay ? await formerCode(stay.roomId) : await uniqueCode(room.roomId, codeLength, isKept);
  room.maxClients = listing.maxPlayers;
  room.match = readMatch(listing.matchBy, options);
  const match = matchKey(listing.matchBy, room.match);
  room.metadata = { label: listing.label, game: room.roomName, ...(match && { match }) };
  // A kept zone has one room: a player who opened it as a private one would keep all others out.
  const wish = hasOneRoom ? undefined : (stay?.hidden ?? wanted.private);
  const isHidden = listing.instance || (wish ?? listing.private ?? false);
  if (isHidden) await room.setPrivate(true);
  const instance = listing.instance ? (stay?.instance ?? wanted.instance) : undefined;
  return { isHidden, instance };
}

/** The stay that the room is opened anew for; undefined in any other room. */
function stayOf(game: string, { ports, returnToken }: CreateOptions): Stay | undefined {
  const stay = ports.returns.read(returnToken);
  return stay?.game === game ? stay : undefined;
}
