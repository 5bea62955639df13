import { Client, type Room } from "colyseus.js";
import type { WorldState } from "../shared/index.ts";
import { ticketFor } from "./sign-in.ts";

/** Choice of the room and the character of a join. */
export interface RoomChoice {
  /** One of the account's characters, by its id; the chosen one when not given. */
  characterId?: string;
  /** Code of the room to join; without it matchmaking finds one. */
  code?: string;
  /** True: open a new room, entered by its code. */
  create?: boolean;
  /** What the join asks for, such as the values of the listing's `matchBy`. */
  options?: Record<string, unknown>;
}

/**
 * Joins a room with the account of `token`: the room of the code, a new one, or one that matchmaking finds.
 *
 * @example
 * const { token } = await signIn(url, { name: "Ann" });
 * const room = await enterRoom(url, "yard", token);
 */
export async function enterRoom(
  url: string,
  game: string,
  token: string,
  { code, create, characterId, options = {} }: RoomChoice = {},
): Promise<Room<unknown, WorldState>> {
  const client = new Client(url);
  client.auth.token = await ticketFor(url, token, code ? { roomId: code } : { game }, characterId);
  const room = (await (code
    ? client.joinById(code, options)
    : create
      ? client.create(game, options)
      : client.joinOrCreate(game, options))) as Room<unknown, WorldState>;
  // The SDK does not return to a room that it joined less than 5 s before; after a hot reload it must.
  room.reconnection.minUptime = 0;
  return room;
}
