import type { Schema } from "@colyseus/schema";
import { RoomkeepError } from "../../../shared/index.ts";

/** How often actors at a distance are refreshed. */
export interface Ring {
  /** The ring begins where the gap between the viewer's cell and the actor's is at least this, metres. */
  readonly fromM: number;
  /** Patches between refreshes: 1 is every patch. Each ring's is a multiple of the one before. */
  readonly everyTicks: number;
}

/**
 * Which actors a room's clients see. `{ radiusM: 50 }` is enough.
 *
 * @example
 * interest: { radiusM: 50, always: (actor) => actor.kind === "flag" }
 */
export interface InterestOptions {
  /**
   * Every actor within this many metres (in x and z) of a client's viewpoint is sent to it, and none farther
   * than `radiusM + 2√2 · cellM`: interest goes by whole cells.
   */
  radiusM: number;
  /**
   * Edge of a cell, metres. Smaller cells cut closer and cost more frames. Default: a quarter of the radius.
   */
  cellM?: number;
  /** Nearest first, at most eight; the first begins at 0 with every patch. Default {@link DEFAULT_RINGS}. */
  rings?: readonly Ring[];
  /**
   * True for an actor that everybody sees wherever it is. Called when the actor is added and when it changes.
   */
  always?(actor: Schema, key: string): boolean;
}

/**
 * At 20 patches a second: 20 Hz to 12 m, 10 Hz to 25 m, 5 Hz beyond. Only continuous numbers wait (floats,
 * quantised fields, angles); names, counters, flags, nested schemas and collections go with the next patch
 * from any distance. A value in view is late by at most `everyTicks − 1` patches, of the ring that its actor
 * is in or has just come from: 150 ms at worst with these.
 */
export const DEFAULT_RINGS: readonly Ring[] = [
  { fromM: 0, everyTicks: 1 },
  { fromM: 12, everyTicks: 2 },
  { fromM: 25, everyTicks: 4 },
];

/** Each is a bit of a byte: see {@link CellTable}. */
const MOST_RINGS = 8;

/** {@link InterestOptions} with its defaults, checked. */
export interface Interest {
  radiusM: number;
  readonly cellM: number;
  readonly rings: readonly Ring[];
  readonly always: ((actor: Schema, key: string) => boolean) | undefined;
}

/** @throws CONFIG_INVALID for a radius, cell or rings that cannot be used */
export function readInterest(options: InterestOptions): Interest {
  const { radiusM, cellM = radiusM / 4, rings = DEFAULT_RINGS, always } = options;
  if (!(radiusM > 0 && radiusM < 1e6))
    throw invalid(`radiusM must be over 0 and under 1,000,000 m, not ${radiusM}`);
  if (!(cellM > 0 && radiusM / cellM <= 64))
    throw invalid(`cellM must be at least radiusM / 64, not ${cellM}`);
  rings.forEach((ring, i) => {
    const before = rings[i - 1];
    const fits = before
      ? ring.fromM > before.fromM && ring.everyTicks % before.everyTicks === 0
      : ring.fromM === 0 && ring.everyTicks === 1;
    if (!fits || !Number.isInteger(ring.everyTicks))
      throw invalid("rings must widen and slow down by whole multiples");
  });
  if (rings.length === 0 || rings.length > MOST_RINGS) throw invalid(`rings must be 1 to ${MOST_RINGS}`);
  return { radiusM, cellM, rings, always };
}

function invalid(what: string): RoomkeepError {
  return new RoomkeepError("CONFIG_INVALID", `interest: ${what}.`);
}
