import { matchMaker, type Room } from "@colyseus/core";
import type { Identity } from "./ports/ports.ts";
import type { SeatPort } from "./ports/seats.ts";
import { internalsOf } from "./transport/internals.ts";

/**
 * Confirms each seat that is reserved for a join, so that a character has one at most. Seats of dropped
 * players, of a hot reload and of travellers are the room's own.
 *
 * @see `@colyseus/core` src/Room.ts, `_reserveSeat` (0.18.17)
 */
export function confirmSeats(room: Room, seats: SeatPort): void {
  const inside = internalsOf(room);
  const reserve = inside._reserveSeat.bind(room);
  inside._reserveSeat = async (sessionId, options, auth, seconds, returning, reloadToken) => {
    const identity = auth as Identity | undefined;
    // Clients that come back and travellers are players already.
    const isNew = !returning && !reloadToken && !identity?.journey;
    if (isNew && !seats.isOpen()) return false;
    const reserved = await reserve(sessionId, options, auth, seconds, returning, reloadToken);
    if (!reserved || !isNew || !identity?.characterId) return reserved;
    // A client that comes with a replaced seat is refused by the room.
    if (!(await seats.confirm(identity, sessionId, room.roomId))) await freeSeat(room, sessionId);
    return true;
  };
}

/**
 * Frees a seat that was never taken, and closes the room if it was the last. Seats of dropped players stay.
 *
 * @param closeAfterS seconds that an empty room waits for a player who comes back to it
 * @see `@colyseus/core` src/Room.ts, `#_decrementClientCount` (0.18.17), which is out of reach
 */
export async function freeSeat(room: Room, sessionId: string, closeAfterS = 0): Promise<void> {
  const inside = internalsOf(room);
  const [, , taken, returning] = inside._reservedSeats[sessionId] ?? [];
  if (taken !== false || returning) return;
  clearTimeout(inside._reservedSeatTimeouts[sessionId]);
  delete inside._reservedSeats[sessionId];
  delete inside._reservedSeatTimeouts[sessionId];
  await matchMaker.driver.update(inside._listing, { $inc: { clients: -1 } });
  // The same maximum again unlocks a room that was full.
  await room.setMatchmaking({ maxClients: room.maxClients });
  if (room.clients.length === 0) inside.resetAutoDisposeTimeout(closeAfterS);
}
