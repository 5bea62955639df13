import { matchMaker } from "@colyseus/core";
import {
  type ErrorCode,
  type Level,
  type Portal,
  type Refusal,
  RoomkeepError,
  refuse,
} from "../../shared/index.ts";
import { claimCharacter } from "../persistence/character-saves.ts";
import type { Player } from "../player.ts";
import type { CharacterPort, Claim, Identity, Journey, Origin, Place } from "../ports/ports.ts";
import { spawnPlaceOf } from "../simulation/spawn-place.ts";
import { listingOf } from "./room-finder.ts";

/** A portal reaches so far up and down from its foot, metres. */
const PORTAL_HEIGHT_M = 2.5;

/** Destination of a player, as a rule names it. */
export interface Goal {
  /** Name of the game; "back": where the player came from. */
  readonly to: string;
  /** Name of the spawn there; without it the first. */
  readonly spawn?: string | undefined;
  /** The very room, while it is open and has a seat. */
  readonly roomId?: string | undefined;
}

/** How a hand-over ended, as the other room reports it. */
export type JourneyEnd = { how: "arrived" } | { how: "refused"; code: ErrorCode };

/** The portal that an actor stands in. */
export function portalAt(level: Level, { x, y, z }: Place): Portal | undefined {
  return level.portals.find(
    ({ at, radius }) => Math.hypot(at[0] - x, at[2] - z) <= radius && Math.abs(at[1] - y) <= PORTAL_HEIGHT_M,
  );
}

/**
 * The place that a player came from, if the goal leads there and names no spawn of its own; the player faces
 * away from the portal.
 */
export function wayBack({ origin }: Player, { to, spawn }: Goal): Origin | undefined {
  if (!origin || spawn !== undefined || (to !== "back" && to !== origin.game)) return undefined;
  return { ...origin, place: { ...origin.place, yaw: origin.place.yaw + Math.PI } };
}

/** A game's name for players; a game that does not exist is named as it was asked for. */
export function labelOf(game: string): string {
  try {
    return listingOf(game).label;
  } catch {
    // A way to nowhere, or back: the refusal that follows gives the reason.
    return game;
  }
}

/** The name of a game for metrics; "none": this server has no such game. */
export function knownGame(game: string): string {
  return matchMaker.getRoomClass(game) ? game : "none";
}

/** The refusal that a player gets for an error. */
export function asRefusal(error: unknown): Refusal {
  return error instanceof RoomkeepError ? refuse(error.code, error.message) : refuse("TRAVEL_UNAVAILABLE");
}

/**
 * Reports the end of a journey to the room that the traveller came from. In one process the report arrives
 * before this returns, so that no client sees the traveller in both.
 */
export function tellOrigin({ ticket, from }: Journey, end: JourneyEnd): void {
  matchMaker.remoteRoomCall(from.roomId, "journeyEnded", [from.sessionId, ticket, end]).catch(() => {
    // The room has closed, or its process died.
  });
}

/** The code of an error at an arrival. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof RoomkeepError ? error.code : "TRAVEL_REFUSED";
}

/**
 * Claims the character of a joining player: by the ticket of a hand-over, else as every login does. If it
 * fails, the room that handed the character over is notified and takes it back.
 *
 * @throws TRANSFER_INVALID, JOIN_TIMEOUT, and what the port throws
 */
export async function claimArrival(
  characters: CharacterPort,
  { characterId, journey }: Identity,
  roomId: string,
): Promise<Claim> {
  if (!journey) return claimCharacter(characters, characterId, { roomId });
  try {
    return await characters.claimTransfer(characterId, journey.ticket, { roomId });
  } catch (error) {
    tellOrigin(journey, { how: "refused", code: codeOf(error) });
    throw error;
  }
}

/**
 * The place of a traveller's arrival; undefined: the player has not travelled. `present`: players in the
 * room.
 */
export function placeOfArrival(level: Level, { journey }: Identity, present: number): Place | undefined {
  return journey && (journey.at ?? spawnPlaceOf(level, present, journey.spawn ?? ""));
}
