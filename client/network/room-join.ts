import type { Client } from "colyseus.js";
import { readErrorCode, type WorldState } from "../../shared/index.ts";
import { type SeatReservation, withTimeout } from "../../shared/internal.ts";
import type { Account } from "../account/account.ts";
import type { Api } from "./api.ts";
import { ApiError } from "./http-client.ts";
import type { LastSeat } from "./last-seat.ts";
import type { JoinedRoom } from "./predict.ts";

/** Longest wait for one attempt to join, ms. */
const JOIN_MS = 12_000;
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
  byGoal(goal: Goal): Promise<JoinedRoom>;
  /** Takes the seat that a hand-over reserved. */
  byReservation(seat: SeatReservation): Promise<JoinedRoom>;
  /** Goes back: to the seat if it may still be kept, else to its room, else to its game. */
  back(seat: LastSeat, seatIsKept: boolean): Promise<JoinedRoom>;
  /** Id of a room if it is still listed; undefined if not. Throws when the server does not answer. */
  listedId(roomId: string): Promise<string | undefined>;
}

/** Opens the ways into rooms for an account. */
export function openRoomJoin(api: Api, account: Account, client: Client): RoomJoin {
  const joinRoom = async (characterId: string, roomId: string): Promise<JoinedRoom> => {
    client.auth.token = await api.ticket({ roomId }, characterId);
    return inTime(client.joinById<WorldState>(roomId));
  };
  const joinGame = async (
    characterId: string,
    game: string,
    how: "create" | "joinOrCreate",
  ): Promise<JoinedRoom> => {
    client.auth.token = await api.ticket({ game }, characterId);
    return inTime(client[how]<WorldState>(game, {}));
  };
  return {
    async byGoal(goal) {
      const characterId = await account.ensureCharacter();
      if ("create" in goal) return joinGame(characterId, goal.create, "create");
      if ("game" in goal && !("roomId" in goal)) return joinGame(characterId, goal.game, "joinOrCreate");
      // A private room is not told to who is not in it: the matchmaker says whether there is one.
      return joinRoom(characterId, "code" in goal ? goal.code : goal.roomId);
    },
    byReservation: (seat) => inTime(client.consumeSeatReservation<WorldState>(seat)),
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
        return await joinRoom(characterId, seat.roomId);
      } catch {
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
async function inTime(joining: Promise<unknown>, ms = JOIN_MS): Promise<JoinedRoom> {
  const error = () => new Error("The server takes too long to answer. Try again in a moment.");
  const late = (room: unknown) => void (room as JoinedRoom).leave();
  return (await withTimeout(ms, joining, { error, late })) as JoinedRoom;
}

/** True when the error is no refusal: the server is away, starting, or slow. */
export function isOffline(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === "OFFLINE";
  return readErrorCode(error instanceof Error ? error.message : String(error)).code === undefined;
}
