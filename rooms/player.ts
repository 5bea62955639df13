import type { Client, Deferred, InputAccessor } from "@colyseus/core";
import type { Avatar, Portal, WalkInput } from "../shared/index.ts";
import type { PlayerWatch } from "./cheat-detection/player-watch.ts";
import { Suspicion } from "./cheat-detection/suspicion.ts";
import type { Claim, Identity, Origin, Place, Role } from "./ports/characters.ts";
import type { Departure } from "./travel/departure.ts";

export type PlaceOfSpawn = Place;

/** A player in a room of any kind: the connection, and the character under its lease. */
export interface RoomPlayer {
  /** Replaced when a dropped player returns. */
  client: Client;
  /** Colyseus's id of the seat: the key in `players`, and the id of the avatar. */
  readonly sessionId: string;
  /** Replaced when a hand-over failed and the character was taken back. */
  claim: Claim;
  /** The account's role, as read from the database when the player joined. */
  readonly role: Role;
  /** The sign-in that the seat is bound to; undefined in a seat that an earlier version gave. */
  signInId: string | undefined;
  /** The name that others read: the character's, with a tag where somebody in the room has the same. */
  name: string;
  /** Address of the client; empty when it is not known. */
  address: string;
  /**
   * Time, ms as of `Date.now()`, until which a moderator has muted the player; 0: nobody has. Chat, whispers
   * and party lines are refused until then; a game's own messages of players ask it too.
   */
  mutedUntilMs: number;
  /** The same of voice, which a game or a plugin carries and has to close. */
  voiceMutedUntilMs: number;
  /** Saved with the character: JSON values. Set `statsChanged` after a change so that it is saved. */
  readonly stats: Record<string, unknown>;
  /** Set it to true after a change to `stats`: the next save, at most 30 s later, then has it. */
  statsChanged: boolean;
  /** Set while the connection is dropped and the seat kept. */
  hold: Deferred<Client> | undefined;
  /** Room time of the last save, ms. */
  savedAt: number;
  /** The points of the cheat detection. */
  readonly suspicion: Suspicion;
}

/** A player in a room with a world, where the others see the avatar. */
export interface Player<A extends Avatar = Avatar> extends RoomPlayer {
  /** The player's actor in the world. */
  readonly avatar: A;
  /**
   * Input frames by which the player may still be stepped; one is earned a tick, so that sending more moves
   * no player faster.
   */
  credit: number;
  /** The player's input frames; undefined until their first use, and after a change of the client. */
  inputs: InputAccessor<WalkInput> | undefined;
  /** Ticks in a row after which input frames were left over, and the fewest that were. */
  readonly standing: { ticks: number; frames: number };
  /** Ticks in a row without an input frame. */
  silentTicks: number;
  /** What the cheat detection watches; undefined until the first tick, and in a re-run. */
  watch: PlayerWatch | undefined;
  /** The place that was saved last. */
  savedPlace: Place;
  /** Set while the player is on the way to another room: stands still, and writes nothing. */
  departure: Departure | undefined;
  /** The room that the player came from, if through a portal. */
  origin: Origin | undefined;
  /** The portal the player stands in: it takes a player again after a step out of it. */
  portal: Portal | undefined;
}

/** The name that others read: the avatar's, or the player's in a room without a world. */
export function nameOf(player: RoomPlayer & { readonly avatar?: Pick<Avatar, "name"> }): string {
  return player.avatar?.name ?? player.name;
}

/**
 * Puts an avatar at a place, standing, in the numbers that the wire carries, so that its owner sees the same.
 */
export function standAt(avatar: Avatar, { x, y, z, yaw }: Place): void {
  const fround = Math.fround;
  Object.assign(avatar, { x: fround(x), y: fround(y), z: fround(z), yaw: fround(yaw), vx: 0, vy: 0, vz: 0 });
}

/** Makes the record of a player with a claim, for a room without a world. */
export function describePlayer(client: Client, claim: Claim, { role }: Pick<Identity, "role">): RoomPlayer {
  return {
    client,
    sessionId: client.sessionId,
    claim,
    role,
    signInId: undefined,
    name: claim.sheet.name,
    address: "",
    mutedUntilMs: 0,
    voiceMutedUntilMs: 0,
    stats: structuredClone(claim.sheet.state.stats),
    statsChanged: false,
    hold: undefined,
    savedAt: 0,
    suspicion: new Suspicion(),
  };
}

/** Makes the record of a player with a claim. One literal: V8 gives all players one hidden class. */
export function describe<A extends Avatar>(
  client: Client,
  claim: Claim,
  avatar: A,
  { role }: Pick<Identity, "role">,
): Player<A> {
  const { sheet } = claim;
  Object.assign(avatar, { kind: "avatar", name: sheet.name, color: sheet.color, shape: sheet.shape });
  return {
    client,
    sessionId: client.sessionId,
    claim,
    role,
    signInId: undefined,
    name: claim.sheet.name,
    address: "",
    mutedUntilMs: 0,
    voiceMutedUntilMs: 0,
    avatar,
    stats: structuredClone(sheet.state.stats),
    statsChanged: false,
    credit: 0,
    inputs: undefined,
    standing: { ticks: 0, frames: 0 },
    silentTicks: 0,
    watch: undefined,
    hold: undefined,
    savedAt: 0,
    suspicion: new Suspicion(),
    savedPlace: { x: 0, y: 0, z: 0, yaw: 0 },
    departure: undefined,
    origin: undefined,
    portal: undefined,
  };
}
