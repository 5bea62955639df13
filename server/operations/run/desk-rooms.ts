import { matchMaker } from "@colyseus/core";
import { ERROR_CODES, type ErrorCode, RoomkeepError } from "../../../shared/index.ts";

/** An open room, as its process lists it. */
export interface DeskRoom {
  readonly roomId: string;
  readonly game: string;
  readonly processId: string;
  readonly players: number;
  readonly maxPlayers: number;
  readonly locked: boolean;
  /** It is in no list: private ones, and instances. */
  readonly hidden: boolean;
  readonly createdAt: string;
  /** What the room tells of itself. */
  readonly listing: Readonly<Record<string, unknown>>;
}

/** What the desk asks of a room; `rooms/desk/` answers by `ask`. */
export interface DeskRequest {
  readonly ask: string;
  readonly [more: string]: unknown;
}

/** The open rooms of all processes. */
export interface DeskRooms {
  list(): Promise<DeskRoom[]>;
  /**
   * Asks a room, in whichever process it is open. It answers a JSON value, or a refusal.
   *
   * @throws ROOM_UNKNOWN no such room is open; ROOM_SILENT it did not answer in time; what the room refuses
   */
  call<Answer>(roomId: string, request: DeskRequest): Promise<Answer>;
}

/** Longest wait for a room's answer, ms. */
const ANSWER_MS = 5_000;
/** The one method of a room that the desk calls. */
const METHOD = "desk";

/** The rooms that the matchmaker of this process knows. */
export const deskRooms: DeskRooms = {
  async list() {
    const rooms = await matchMaker.query({});
    return rooms.map((room) => ({
      roomId: room.roomId,
      game: room.name,
      processId: room.processId,
      players: room.clients,
      maxPlayers: room.maxClients,
      locked: room.locked === true,
      hidden: room.private === true || room.unlisted === true,
      createdAt: new Date(room.createdAt ?? 0).toISOString(),
      listing: (room.metadata ?? {}) as Record<string, unknown>,
    }));
  },
  async call<Answer>(roomId: string, request: DeskRequest): Promise<Answer> {
    const room = await matchMaker.driver.findOne({ roomId });
    if (!room) throw new RoomkeepError("ROOM_UNKNOWN");
    const answer: unknown = await matchMaker
      .remoteRoomCall(roomId, METHOD as never, [request], ANSWER_MS)
      .catch((cause: unknown) => {
        // Colyseus's text holds the whole request, which may have secrets.
        throw new RoomkeepError("ROOM_SILENT", undefined, { cause: new Error(reasonOf(cause)) });
      });
    if (isRefusal(answer)) throw new RoomkeepError(codeOf(answer.code), answer.reason);
    return answer as Answer;
  },
};

/** The rooms of a command that no running server carries out: there are none to ask. */
export const noRooms: DeskRooms = {
  list: refuse,
  call: refuse,
};

async function refuse(): Promise<never> {
  throw new RoomkeepError("SERVER_NEEDED");
}

const reasonOf = (cause: unknown) =>
  cause instanceof Error && cause.message.includes("timed out") ? "no answer" : "the room failed";

function isRefusal(answer: unknown): answer is { code: string; reason: string } {
  return typeof answer === "object" && answer !== null && "ok" in answer && answer.ok === false;
}

/** A room of another version may know other codes. */
function codeOf(code: string): ErrorCode {
  return Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "ACTION_REFUSED";
}
