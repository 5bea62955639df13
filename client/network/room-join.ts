import type { Client } from "colyseus.js";
import { readErrorCode } from "../../shared/index.ts";
import { type ListedRoom, retry, type SeatReservation, withTimeout } from "../../shared/internal.ts";
import type { Account } from "../account/account.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import { type JoinAs, noteRole } from "../room/room-role.ts";
import type { Api } from "./api.ts";
import { ApiError } from "./http-client.ts";
import type { LastSeat } from "./last-seat.ts";

/** Longest wait for one attempt to join, ms. */
const JOIN_MS = 12_000;
/** How often a room that is closing or opening is asked again. */
const REJOIN_ATTEMPTS = 6;
/** Longest wait for the old seat, ms: without it the room is joined anew. */
const RECONNECT_MS = 5_000;

/** Join options that rooms are matched by, as the page's address has them: `?game=quiz&mode=hard`. */
export type MatchOptions = Readonly<Record<string, string>>;

/** Which room to join, and whether to watch it. */
export type Goal = (
  | { game: string; match?: MatchOptions }
  | { create: string; match?: MatchOptions }
  | { code: string }
  | { roomId: string; game: string }
) & { as?: "spectator" };

/** The ways into a room. All throw. */
export interface RoomJoin {
  /** Joins a room by a goal of the join form. */
  byGoal(goal: Goal): Promise<AnyRoom>;
  /** Takes the seat that a hand-over reserved. */
  byReservation(seat: SeatReservation): Promise<AnyRoom>;
  /** Goes back: to the seat if it may still be kept, else to its room, else to its game. */
  back(seat: LastSeat, seatIsKept: boolean): Promise<AnyRoom>;
  /** A room if it is still listed; undefined if not. Throws when the server does not answer. */
  listed(roomId: string): Promise<ListedRoom | undefined>;
}

/** How a room of a game is found. */
type How = "create" | "joinOrCreate" | "join";

/** Opens the ways into rooms for an account. @param pageAs of each join; undefined: as a player */
export function openRoomJoin(api: Api, account: Account, client: Client, pageAs?: JoinAs): RoomJoin {
  const entered = async (as: JoinAs | undefined, joining: Promise<unknown>): Promise<AnyRoom> => {
    const room = await inTime(joining);
    noteRole(room, as);
    return room;
  };
  const joinRoom = async (roomId: string, as = pageAs, options = {}): Promise<AnyRoom> => {
    client.auth.token = await api.ticket({ roomId }, await account.ensureCharacter());
    return entered(as, client.joinById(roomId, { ...options, ...(as && { as }) }));
  };
  const joinGame = async (game: string, how: How, as = pageAs, options = {}): Promise<AnyRoom> => {
    client.auth.token = await api.ticket({ game }, await account.ensureCharacter());
    // Who watches opens no room.
    const way = as === "spectator" ? "join" : how;
    return entered(as, client[way](game, { ...options, ...(as && { as }) }));
  };
  /** Into the room, or the room opened anew: whoever of those who were in it comes first opens it for all. */
  const rejoin = async ({ roomId, game, returnToken, match, as }: LastSeat) => {
    try {
      return await joinRoom(roomId, as, { returnToken });
    } catch (error) {
      if (!returnToken || !isGone(error)) throw error;
      return joinGame(game, "create", as, { ...match, returnToken });
    }
  };
  return {
    async byGoal(goal) {
      const { as } = goal;
      if ("create" in goal) return joinGame(goal.create, "create", as, goal.match);
      if ("game" in goal && !("roomId" in goal)) return joinGame(goal.game, "joinOrCreate", as, goal.match);
      // A private room is not told to who is not in it: the matchmaker says whether there is one.
      return joinRoom("code" in goal ? goal.code : goal.roomId, as);
    },
    byReservation: (seat) => inTime(client.consumeSeatReservation(seat)),
    async back(seat, seatIsKept) {
      if (seatIsKept) {
        try {
          const room = await inTime(client.reconnect(seat.token), RECONNECT_MS);
          noteRole(room, seat.as);
          return room;
        } catch {
          // The seat was given up, or its room is gone: the room is joined anew.
        }
      }
      try {
        const again = (error: unknown, attempt: number) =>
          seat.returnToken !== undefined && attempt < REJOIN_ATTEMPTS && isChanging(error);
        return await retry(() => rejoin(seat), { again });
      } catch (error) {
        // Another room is no way back for who watches this one.
        if (errorCodeOf(error) === "OFFLINE" || seat.as === "spectator") throw error;
        return await joinGame(seat.game, "joinOrCreate", seat.as, seat.match);
      }
    },
    listed: (roomId) => listed(api, roomId),
  };
}

async function listed(api: Api, roomId: string): Promise<ListedRoom | undefined> {
  try {
    return await api.findRoom(roomId);
  } catch (error) {
    if (error instanceof ApiError && error.code === "ROOM_UNKNOWN") return undefined;
    throw error;
  }
}

/** A joined room, or an error in good time; a room that is joined too late is left again. */
async function inTime(joining: Promise<unknown>, ms = JOIN_MS): Promise<AnyRoom> {
  const error = () => new Error("The server takes too long to answer. Try again in a moment.");
  const late = (room: unknown) => void (room as AnyRoom).leave();
  return (await withTimeout(ms, joining, { error, late })) as AnyRoom;
}

/** The room is on no list, or closes. */
const isGone = (error: unknown) => ["ROOM_UNKNOWN", "ROOM_CLOSED"].includes(errorCodeOf(error) ?? "");
/**
 * Somebody else opens the room at this moment, it has not quite closed, or its process is not known to be
 * dead yet: the next attempt finds which.
 */
const isChanging = (error: unknown) =>
  isGone(error) || ["ROOM_OPEN", "ROOM_SILENT"].includes(errorCodeOf(error) ?? "");

/** The stable code of a failed attempt; undefined: it has none. */
export function errorCodeOf(error: unknown): string | undefined {
  if (error instanceof ApiError) return error.code;
  return readErrorCode(error instanceof Error ? error.message : String(error)).code;
}

/** True when the error is no refusal: the server is away, starting, or slow. */
export function isOffline(error: unknown): boolean {
  return [undefined, "OFFLINE"].includes(errorCodeOf(error));
}
