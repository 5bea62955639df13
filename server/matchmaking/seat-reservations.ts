import { matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import type { Identity } from "../../rooms/index.ts";
import type { SeatPort } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { addressKey } from "../accounts/rate-limit.ts";
import type { WaitingSeat, WaitingSeats } from "./waiting-seats.ts";

/** An empty room waits so long for whoever gave up its last seat and got a ticket to the very room, seconds. */
const COME_BACK_S = 5;

/** The port that rooms get, and what tickets need of it. */
export interface Seats extends SeatPort {
  /** Frees the seat that waits for a character, if there is one: it comes anew, and maybe to the same room. */
  free(characterId: string, nextRoomId?: string): Promise<void>;
}

/** Keeps each character to one waiting seat, and each account and address to a few. */
export function openSeats(waiting: WaitingSeats, log: Pick<BaseLogger, "warn">): Seats {
  const ownerOf = ({ characterId, accountId, address }: Identity) => ({
    characterId,
    accountId,
    address: address === "" ? "" : addressKey(address),
  });

  /** A seat that no room has reserved yet is refused when one does: see `confirm`. */
  async function empty(seat: WaitingSeat | undefined, nextRoomId?: string): Promise<void> {
    if (seat?.roomId === undefined) return;
    const args = [seat.sessionId, seat.roomId === nextRoomId ? COME_BACK_S : 0];
    await matchMaker.remoteRoomCall(seat.roomId, "freeSeat" as never, args).catch(() => {
      // The room has closed, and its seats with it.
    });
  }

  return {
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
        log.warn({ err: error }, "a seat that was taken counts as waiting for a while");
      });
    },
    async free(characterId, nextRoomId) {
      const seat = await waiting.drop(characterId).catch((error) => {
        log.warn({ err: error }, "a seat that waits could not be freed; it runs out");
        return undefined;
      });
      await empty(seat, nextRoomId);
    },
  };
}
