import { matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import type { Identity } from "../../rooms/index.ts";
import type { SeatPort } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { addressKey } from "../accounts/rate-limit.ts";
import type { WaitingSeat, WaitingSeats } from "./waiting-seats.ts";

/**
 * Time, seconds, that an empty room waits for the player whose last seat in it was freed by a ticket to the
 * same room.
 */
const COME_BACK_S = 5;

/** Seat reservations: the port of rooms, and the part that tickets use. */
export interface Seats extends SeatPort {
  /**
   * Frees the waiting seat of a character that joins anew. `nextRoomId`: the room that it joins, if known.
   */
  free(characterId: string, nextRoomId?: string): Promise<void>;
}

/**
 * Limits waiting seats: one for each character, a few for each account and address.
 *
 * @param isOpen whether this process takes new players
 */
export function openSeats(
  waiting: WaitingSeats,
  log: Pick<BaseLogger, "warn">,
  isOpen: () => boolean = () => true,
): Seats {
  const ownerOf = ({ characterId, accountId, address }: Identity) => ({
    characterId,
    accountId,
    address: address === "" ? "" : addressKey(address),
  });

  /** Frees a seat in its room. A seat without a room yet is refused later: see `confirm`. */
  async function empty(seat: WaitingSeat | undefined, nextRoomId?: string): Promise<void> {
    if (seat?.roomId === undefined) return;
    const args = [seat.sessionId, seat.roomId === nextRoomId ? COME_BACK_S : 0];
    await matchMaker.remoteRoomCall(seat.roomId, "freeSeat" as never, args).catch(() => {
      // The room has closed, and its seats with it.
    });
  }

  return {
    isOpen,
    async take(identity, sessionId) {
      const taken = await waiting.take(ownerOf(identity), sessionId);
      if ("earlier" in taken) return empty(taken.earlier);
      const retryAfterS = Math.max(1, Math.ceil(taken.waitMs / 1000));
      const text = `Too many seats wait for players of this ${taken.limited}; try again in ${retryAfterS} s.`;
      throw new RoomkeepError("SEATS_LIMITED", text, { retryAfterS });
    },
    async confirm({ characterId }, sessionId, roomId) {
      try {
        return await waiting.confirm(characterId, sessionId, roomId);
      } catch (error) {
        log.warn({ err: error, roomId }, "a seat could not be confirmed; it stays");
        return true;
      }
    },
    async end({ characterId }, sessionId) {
      await waiting.drop(characterId, sessionId).catch((error) => {
        log.warn({ err: error }, "a taken seat still counts as waiting, until it runs out");
      });
    },
    async free(characterId, nextRoomId) {
      const seat = await waiting.drop(characterId).catch((error) => {
        log.warn({ err: error }, "a waiting seat could not be freed; it runs out");
        return undefined;
      });
      await empty(seat, nextRoomId);
    },
  };
}
