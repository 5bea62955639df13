import { type ErrorCode, RoomkeepError } from "../../shared/index.ts";
import type { ViewerKind } from "./viewer-kind.ts";

/** What a game says of spectators. */
export interface SpectatorOptions {
  /** Spectators of a room, beside its players: 1 to 1,000. */
  readonly max: number;
  /** Seconds by which all that they are sent is older: 0 to 300. Default 0. */
  readonly delayS?: number;
  /** True: they may chat, among themselves. A player never reads it. Default false. */
  readonly chat?: boolean;
}

/** The part of a listing that is about viewers. */
export interface ViewerListing {
  readonly spectators?: SpectatorOptions;
  readonly screens?: number;
  readonly screenWaitS?: number;
}

/** The limits of a room's viewers. */
export interface ViewerLimits {
  readonly max: Readonly<Record<ViewerKind, number>>;
  readonly delayMs: Readonly<Record<ViewerKind, number>>;
  readonly mayChat: boolean;
  /** How long a room that has a screen and no player stays open, ms. */
  readonly screenWaitMs: number;
}

/** Minutes pass until a party sits before its screen; a screen that was forgotten keeps a room no longer. */
const SCREEN_WAIT_S = 900;

/** @throws GAME_INVALID a number is out of its range */
export function readViewerLimits({ spectators, screens = 0, screenWaitS }: ViewerListing): ViewerLimits {
  const ranged = (name: string, value: number, min: number, max: number) => {
    if (value >= min && value <= max) return value;
    throw new RoomkeepError("GAME_INVALID", `listing.${name} is ${value}: it is from ${min} to ${max}.`);
  };
  const spectator = spectators ? ranged("spectators.max", spectators.max, 1, 1_000) : 0;
  const delayS = ranged("spectators.delayS", spectators?.delayS ?? 0, 0, 300);
  return {
    max: { spectator, screen: ranged("screens", screens, 0, 16) },
    delayMs: { spectator: delayS * 1000, screen: 0 },
    mayChat: spectators?.chat ?? false,
    screenWaitMs: ranged("screenWaitS", screenWaitS ?? SCREEN_WAIT_S, 5, 86_400) * 1000,
  };
}

/** A game takes none of the kind, or a room no more of it. */
export const REFUSALS = {
  spectator: { closed: "SPECTATORS_CLOSED", full: "SPECTATORS_FULL" },
  screen: { closed: "SCREENS_CLOSED", full: "SCREEN_TAKEN" },
} as const satisfies Record<ViewerKind, Record<"closed" | "full", ErrorCode>>;
