import type { Client } from "colyseus.js";
import { readErrorCode } from "../../shared/index.ts";
import { retry, type SeatReservation, withTimeout } from "../../shared/internal.ts";
import type { Account } from "../account/account.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import type { Api } from "./api.ts";
import { ApiError } from "./http-client.ts";
import type { LastSeat } from "./last-seat.ts";

/** Longest wait for one attempt to join, ms. */
const JOIN_MS = 12_000;
/** How often a room that is closing or opening is asked again. */
const REJOIN_ATTEMPTS = 6;
/** Longest wait for the old seat, ms: without it the room is joined anew. */
const RECONNECT_MS = 5_000;

/** Which room to join. */
export type Goal =
  | { game: string }
  | { create: string }
  | { code: string }
  | { roomId: string; game: string };

/** The ways into a room. All throw. */
export interface RoomJoin {
  /** Joins a room by a goal of the join form. */
  byGoal(goal: Goal): Promise<AnyRoom>;
  /** Takes the seat that a hand-over reserved. */
  byReservation(seat: SeatReservation): Promise<AnyRoom>;
  /** Goes back: to the seat if it may still be kept, else to its room, else to its game. */
  back(seat: LastSeat, seatIsKept: boolean): Promise<AnyRoom>;
  /** Id of a room if it is still listed; undefined if not. Throws when the server does not answer. */
  listedId(roomId: string): Promise<string | undefined>;
}

/** As what a page joins, if not as a player. */
export type JoinAs = "screen";

/** Opens the ways into rooms for an account. @param as of each join; undefined: as a player */
export function openRoomJoin(api: Api, account: Account, client: Client, as?: JoinAs): RoomJoin {
  const role = as && { as };
  const joinRoom = async (characterId: string, roomId: string, options = {}): Promise<AnyRoom> => {
    client.auth.token = await api.ticket({ roomId }, characterId);
    return inTime(client.joinById(roomId, { ...role, ...options }));
  };
  const joinGame = async (
    characterId: string,
    game: string,
    how: "create" | "joinOrCreate",
    options = {},
  ): Promise<AnyRoom> => {
    client.auth.token = await api.ticket({ game }, characterId);
    return inTime(client[how](game, { ...role, ...options }));
  };
  /** Into the room, or the room opened anew: whoever of those who were in it comes first opens it for all. */
  const rejoin = async (characterId: string, { roomId, game, returnToken }: LastSeat) => {
    try {
      return await joinRoom(characterId, roomId, { returnToken });
    } catch (error) {
      if (!returnToken || !isGone(error)) throw error;
      return joinGame(characterId, game, "create", { returnToken });
    }
  };
  return {
    async byGoal(goal) {
      const characterId = await account.ensureCharacter();
      if ("create" in goal) return joinGame(characterId, goal.create, "create");
      if ("game" in goal && !("roomId" in goal)) return joinGame(characterId, goal.game, "joinOrCreate");
      // A private room is not told to who is not in it: the matchmaker says whether there is one.
      return joinRoom(characterId, "code" in goal ? goal.code : goal.roomId);
    },
    byReservation: (seat) => inTime(client.consumeSeatReservation(seat)),
    async back(seat, seatIsKept) {
      if (seatIsKept) {
        try {
          return await inTime(client.reconnect(seat.token), RECONNECT_MS);
        } catch {
          // The seat was given up, or its room is gone: the room is joined anew.
        }
      }
      const characterId = await account.ensureCharacter();
      try {
        const again = (error: unknown, attempt: number) =>
          seat.returnToken !== undefined && attempt < REJOIN_ATTEMPTS && isChanging(error);
        return await retry(() => rejoin(characterId, seat), { again });
      } catch (error) {
        if (errorCodeOf(error) === "OFFLINE") throw error;
        return await joinGame(characterId, seat.game, "joinOrCreate");
      }
    },
    listedId: (roomId) => listedId(api, roomId),
  };
}

async function listedId(api: Api, roomId: string): Promise<string | undefined> {
  try {
    return (await api.findRoom(roomId)).roomId;
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
/** Somebody else opens the room at this moment, or it has not quite closed: the next attempt finds which. */
const isChanging = (error: unknown) => isGone(error) || errorCodeOf(error) === "ROOM_OPEN";

/** The stable code of a failed attempt; undefined: it has none. */
export function errorCodeOf(error: unknown): string | undefined {
  if (error instanceof ApiError) return error.code;
  return readErrorCode(error instanceof Error ? error.message : String(error)).code;
}

/** True when the error is no refusal: the server is away, starting, or slow. */
export function isOffline(error: unknown): boolean {
  return [undefined, "OFFLINE"].includes(errorCodeOf(error));
}
