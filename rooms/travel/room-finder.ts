import { setTimeout as sleep } from "node:timers/promises";
import { type IRoomCache, matchMaker, type Presence } from "@colyseus/core";
import { RoomkeepError, readErrorCode } from "../../shared/index.ts";
import { retry } from "../../shared/internal.ts";
import type { GameListing, RoomListing } from "../game-listing.ts";
import { type Match, matchKey, readMatch } from "../match-options.ts";

/** Hash in the presence: rooms of instances, by the name of the game and the party or character. */
const INSTANCES = "roomkeep:instances";
/** Longest wait, ms, for another process or room that is opening the same room. */
const OPENING_MS = 5_000;
const LOOK_MS = 40;

/** Destination of travellers. */
export interface Destination {
  /** Name of the game. */
  readonly game: string;
  /** The very room, where it is still open: for the way back. */
  readonly roomId?: string | undefined;
  /** The party or single character that an instance is for. */
  readonly key: string;
  /** Number of travellers. */
  readonly seats: number;
}

/**
 * The listing of a game.
 *
 * @throws PORTAL_UNKNOWN this server has no such game
 */
export function listingOf(game: string): GameListing {
  const Game = matchMaker.getRoomClass(game) as { listing?: GameListing } | undefined;
  if (!Game?.listing)
    throw new RoomkeepError("PORTAL_UNKNOWN", `There is no place "${game}" on this server.`);
  return Game.listing;
}

/**
 * Finds the room that travellers go to, in whichever process, and opens it when there is none: one for each
 * key if the game is one of instances, else one for all.
 *
 * @throws PORTAL_UNKNOWN, ROOM_FULL nobody fits in
 * @throws ZONE_SEALED the save of the zone cannot be opened
 * @throws TRAVEL_UNAVAILABLE it could not be opened
 */
export async function findRoom(presence: Presence, to: Destination): Promise<IRoomCache> {
  const { instance } = listingOf(to.game);
  const find = instance ? () => instanceOf(presence, to) : () => zoneOf(to);
  const create = async () => {
    const room = await matchMaker.createRoom(to.game, instance ? { private: true, instance: to.key } : {});
    if (instance) await presence.hset(INSTANCES, fieldOf(to.game, to.key), room.roomId);
    return room;
  };
  try {
    return await onceAtATime(presence, instance ? fieldOf(to.game, to.key) : to.game, find, create);
  } catch (cause) {
    if (cause instanceof RoomkeepError) throw cause;
    // A room that could not open puts its code in front of the text, from whichever process.
    const { code } = readErrorCode(cause instanceof Error ? cause.message : String(cause));
    throw new RoomkeepError(code === "ZONE_SEALED" ? code : "TRAVEL_UNAVAILABLE", undefined, { cause });
  }
}

/** Key of the successor of a room whose process ended: links and dropped players still lead there. */
const movedKey = (roomId: string) => `roomkeep:moved:${roomId}`;
const MOVED_S = 24 * 60 * 60;
const SUCCESSOR_TRIES = 3;

/** A room whose process is about to end. */
export interface Predecessor {
  readonly game: string;
  readonly roomId: string;
  /** The party or character that it is for, if it is an instance. */
  readonly instance: string | undefined;
  readonly hidden: boolean;
  /** What its joins are matched by. */
  readonly match: Match;
}

/**
 * Opens the room that takes another one's place, in the process that placement chooses. For a kept zone that
 * was opened elsewhere meanwhile, it is that room.
 *
 * @throws TRAVEL_UNAVAILABLE it could not be opened
 */
export async function openSuccessor(presence: Presence, former: Predecessor): Promise<IRoomCache> {
  const { game, roomId, instance } = former;
  // A busy process may answer too late: its room is found by the next attempt.
  const room = await retry(() => successorOf(former), {
    again: (_, attempt) => attempt < SUCCESSOR_TRIES - 1,
  });
  if (instance !== undefined) await presence.hset(INSTANCES, fieldOf(game, instance), room.roomId);
  try {
    await presence.setex(movedKey(roomId), room.roomId, MOVED_S);
  } catch {
    // Those in the room go along without it: what is lost is that links to the old code lead there.
  }
  return room;
}

async function successorOf({ game, roomId, instance, hidden, match }: Predecessor): Promise<IRoomCache> {
  const options = {
    ...match,
    ...(instance === undefined ? { private: hidden } : { private: true, instance }),
  };
  try {
    // Not where it is: a process that moves one of its rooms may take others all the same.
    return await matchMaker.createRoom(game, { ...options, successor: true, awayFrom: matchMaker.processId });
  } catch (cause) {
    const open = (await matchMaker.query({ name: game, private: false })).filter(isMatched(game, match));
    const other = open.find((one) => one.roomId !== roomId && !one.locked);
    if (hidden || !other) throw new RoomkeepError("TRAVEL_UNAVAILABLE", undefined, { cause });
    return other;
  }
}

/**
 * Refuses a full kept zone, which has one room: matchmaking opens another only when nobody fits into that
 * one.
 *
 * @throws ROOM_FULL there is one, and it has no free seat
 */
export async function refuseFull(game: string): Promise<void> {
  const [room] = await matchMaker.query({ name: game, private: false });
  if (room && free(room) < 1) throw new RoomkeepError("ROOM_FULL");
}

/** An instance has closed: its next player gets a new one. */
export async function forgetInstance(
  presence: Presence,
  game: string,
  key: string,
  roomId: string,
): Promise<void> {
  const field = fieldOf(game, key);
  if ((await presence.hget(INSTANCES, field)) === roomId) await presence.hdel(INSTANCES, field);
}

const fieldOf = (game: string, key: string) => `${game}:${key}`;
const free = ({ maxClients, clients }: IRoomCache) => maxClients - clients;

async function instanceOf(presence: Presence, { game, key, roomId: asked }: Destination) {
  const wanted = asked ? await matchMaker.driver.findOne({ roomId: asked }) : undefined;
  if (wanted && free(wanted) > 0) return wanted;
  const roomId = await presence.hget(INSTANCES, fieldOf(game, key));
  return roomId ? withSeat(await matchMaker.driver.findOne({ roomId })) : undefined;
}

async function zoneOf({ game, roomId, seats }: Destination): Promise<IRoomCache | undefined> {
  const known = roomId ? await matchMaker.driver.findOne({ roomId }) : undefined;
  if (known && free(known) >= seats) return known;
  const isSame = known ? hasMatch(matchOf(known)) : isMatched(game, {});
  const open = (await matchMaker.query({ name: game, private: false })).filter(isSame);
  const [roomiest] = open.sort((a, b) => free(b) - free(a));
  // The fullest room that takes all of them, so that people meet; else the one that takes most.
  const fits = open.filter((room) => free(room) >= seats && !room.locked).at(-1);
  // An overflow room is opened for players who go together, rather than that they are parted.
  if (!fits && listingOf(game).overflow) return undefined;
  return withSeat(fits ?? roomiest);
}

/** What the joins of a listed room are matched by. */
export function matchOf({ metadata }: IRoomCache): string | undefined {
  return (metadata as RoomListing | undefined)?.match;
}

const hasMatch = (key: string | undefined) => (room: IRoomCache) => matchOf(room) === key;

/** Whether a room is for these values; those that are not said are the first ones. */
function isMatched(game: string, match: Match): (room: IRoomCache) => boolean {
  const { matchBy } = listingOf(game);
  return hasMatch(matchKey(matchBy, readMatch(matchBy, match)));
}

function withSeat(room: IRoomCache | undefined): IRoomCache | undefined {
  if (room && (room.locked || !(free(room) >= 1))) throw new RoomkeepError("ROOM_FULL");
  return room;
}

/** Of several that look for the same room, in whichever process, one opens it and the others find it. */
export async function onceAtATime(
  presence: Presence,
  name: string,
  find: () => Promise<IRoomCache | undefined>,
  create: () => Promise<IRoomCache>,
): Promise<IRoomCache> {
  const lock = `roomkeep:opening:${name}`;
  for (let waitedMs = 0; waitedMs < OPENING_MS; waitedMs += LOOK_MS) {
    const found = await find();
    if (found) return found;
    // Taken and limited in one step: should this process die now, the lock ends by itself. Waiting does not
    // extend it.
    const isFree = !(await presence.exists(lock));
    if (isFree && (await presence.hincrbyex(lock, "tries", 1, OPENING_MS / 1000)) === 1) {
      try {
        return (await find()) ?? (await create());
      } finally {
        await unlock(presence, lock);
      }
    }
    await sleep(LOOK_MS);
  }
  throw new RoomkeepError("TRAVEL_UNAVAILABLE");
}

async function unlock(presence: Presence, lock: string): Promise<void> {
  try {
    await presence.del(lock);
  } catch {
    // It ends by itself; the room that is open by now must not be lost over it.
  }
}
