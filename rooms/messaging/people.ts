import { type IRoomCache, matchMaker, type Presence } from "@colyseus/core";
import { type DeliveryOutcome, keyedQueue } from "../../shared/internal.ts";
import type { GameListing } from "../game-listing.ts";
import type { RoomPlayer } from "../player.ts";
import type { Log } from "../ports/ports.ts";
import { type Party, partyOf } from "../travel/party-store.ts";
import { deliver, withinLookUp } from "./delivery.ts";

/** Set in the presence for each account that is in a room: room, session, character and name. */
const placesOf = (accountId: string) => `roomkeep:account:${accountId}`;
/** Messages to one account that wait at most; further ones are not sent. */
const WAITING_MAX = 100;

/** Where an account plays. */
export interface Whereabouts {
  /** Whom the account plays there. */
  readonly characterId: string;
  /** Of the character. */
  readonly name: string;
  /** Name of the game. */
  readonly game: string;
  /** Code of the room. */
  readonly roomId: string;
  /** True: the room is on no list; who is to come gets its code from somebody inside. */
  readonly hidden: boolean;
  /** True: who has the code gets in now. False: it is full, locked, or of one party alone. */
  readonly joinable: boolean;
}

/** Where accounts are, and the way to their clients, in all rooms of all processes. */
export interface PeopleReach {
  /**
   * Where accounts play now; those in no room are left out. Of an account in several rooms one is told, a
   * joinable one if there is any.
   *
   * @throws REDIS_UNAVAILABLE
   */
  where(accountIds: Iterable<string>): Promise<Map<string, Whereabouts>>;
  /**
   * Sends a message to all clients of an account, at most once. Those of this process to one account arrive
   * in order. Never throws: "offline" is said of who is in no room, and while Redis is away.
   *
   * @param payload JSON
   */
  tell(accountId: string, type: string, payload: unknown): Promise<DeliveryOutcome>;
  /**
   * The party of a character; null: it has none.
   *
   * @throws REDIS_UNAVAILABLE
   */
  party(characterId: string): Promise<Party | null>;
}

/** Opens the reach to people for a process, by Colyseus's presence: without Redis that of this process. */
export function openPeopleReach(log: Pick<Log, "warn">): PeopleReach {
  const queue = keyedQueue<string>();
  const tell = async (accountId: string, type: string, payload: unknown): Promise<DeliveryOutcome> => {
    try {
      return await deliver({
        presence: matchMaker.presence,
        places: placesOf(accountId),
        method: "tellAccount",
        args: [accountId, type, payload],
        everywhere: true,
      });
    } catch (error) {
      log.warn({ err: error, type }, "a message to an account could not be sent");
      return "offline";
    }
  };
  return {
    party: (characterId) => withinLookUp(partyOf(matchMaker.presence, characterId)),
    async where(accountIds) {
      const { presence } = matchMaker;
      const places = await withinLookUp(
        Promise.all(
          [...new Set(accountIds)].map(
            async (id) => [id, [...(await presence.smembers(placesOf(id)))]] as const,
          ),
        ),
      );
      const roomIds = new Set(places.flatMap(([, own]) => own.map((place) => readPlace(place).roomId)));
      const rooms: Map<string, IRoomCache> = await withinLookUp(matchMaker.findRoomsByIds([...roomIds]));
      const found = new Map<string, Whereabouts>();
      for (const [accountId, own] of places) {
        const all = own.flatMap((place) => {
          const { roomId, ...person } = readPlace(place);
          const room = rooms.get(roomId);
          // Of a process that was killed.
          if (!room) void Promise.resolve(presence.srem(placesOf(accountId), place)).catch(() => {});
          return room ? [{ ...person, ...roomPart(room) }] : [];
        });
        const best = all.find(({ joinable }) => joinable) ?? all[0];
        if (best) found.set(accountId, best);
      }
      return found;
    },
    async tell(accountId, type, payload) {
      if (queue.sizeOf(accountId) < WAITING_MAX)
        return queue.run([accountId], () => tell(accountId, type, payload));
      log.warn({ type }, "too many messages to one account wait: this one is not sent");
      return "offline";
    },
  };
}

function roomPart(room: IRoomCache): Omit<Whereabouts, "characterId" | "name"> {
  const { listing } = (matchMaker.getRoomClass(room.name) ?? {}) as { listing?: GameListing };
  return {
    game: room.name,
    roomId: room.roomId,
    hidden: room.private ?? false,
    joinable: !room.locked && room.clients < room.maxClients && !listing?.instance,
  };
}

function readPlace(place: string): Pick<Whereabouts, "roomId" | "characterId" | "name"> {
  const [roomId = "", , characterId = "", ...name] = place.split(" ");
  return { roomId, characterId, name: name.join(" ") };
}

/** The part of a room that is reached by account. Made by {@link openPeopleHere}. */
export interface PeopleHere<P extends RoomPlayer> {
  /** A player is in the room, or has another name. */
  enter(player: P): Promise<void>;
  /** A player has left it. */
  exit(player: P): Promise<void>;
  /** Gives a message to the plugins and the clients of an account. False: no client of it is here. */
  take(accountId: string, type: string, payload: unknown): Promise<boolean>;
}

/** What reaching people needs of their room. */
export interface PeopleHost<P extends RoomPlayer> {
  readonly players: ReadonlyMap<string, P>;
  readonly roomId: string;
  readonly presence: Presence;
  /** The plugins of the room are told first, also of who has dropped. */
  told(player: P, type: string, payload: unknown): Promise<void>;
}

/** Opens the side of a room: its players are found by their account. */
export function openPeopleHere<P extends RoomPlayer>(host: PeopleHost<P>): PeopleHere<P> {
  const { players, roomId, presence } = host;
  /** What was told of each player. */
  const told = new WeakMap<P, string>();
  const placeOf = ({ sessionId, claim: { sheet } }: P) => `${roomId} ${sessionId} ${sheet.id} ${sheet.name}`;
  const exit = async (player: P) => {
    // After an edit of the room's code the room before has told it.
    const place = told.get(player) ?? placeOf(player);
    told.delete(player);
    await presence.srem(placesOf(player.claim.sheet.accountId), place);
  };
  return {
    async enter(player) {
      const [before, place] = [told.get(player), placeOf(player)];
      told.set(player, place);
      await presence.sadd(placesOf(player.claim.sheet.accountId), place);
      if (before !== undefined && before !== place)
        await presence.srem(placesOf(player.claim.sheet.accountId), before);
    },
    exit,
    async take(accountId, type, payload) {
      const own = [...players.values()].filter(({ claim }) => claim.sheet.accountId === accountId);
      await Promise.all(own.map((player) => host.told(player, type, payload)));
      const connected = own.filter(({ hold, sessionId }) => !hold && players.has(sessionId));
      for (const { client } of connected) client.send(type, payload);
      return connected.length > 0;
    },
  };
}
