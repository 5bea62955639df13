import { z } from "zod";
import type { CharacterState } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";

/** A coordinate is finite as float32, its form on the wire. */
const number = z.number().refine((value) => Number.isFinite(Math.fround(value)), "is not finite in 32 bits");
const place = z.strictObject({ x: number, y: number, z: number, yaw: number });

const characterState = z.strictObject({
  v: z.literal(1),
  places: z.record(z.string(), place),
  // jsonb cannot hold what JSON cannot, and JSON would turn NaN and Infinity into null in silence.
  stats: z.record(z.string(), z.json()),
});

/**
 * Stored places are checked later: a character with an invalid place is not refused but starts at a spawn.
 */
const storedState = characterState.extend({ places: z.record(z.string(), z.unknown()) });

/** The state of a new character. */
export function blankState(): CharacterState {
  return { v: 1, places: {}, stats: {} };
}

/**
 * Reads a stored state.
 * @param onLost called with each zone whose place is invalid and left out
 * @throws STATE_INVALID it is broken, or of a version that this program does not know
 */
export function readState(
  characterId: string,
  stored: unknown,
  onLost: (zone: string) => void = () => {},
): CharacterState {
  const read = storedState.safeParse(stored);
  if (!read.success) throw invalid(`The stored state of character ${characterId} cannot be read`, read.error);
  const places = Object.entries(read.data.places).flatMap(([zone, at]) => {
    const { data } = place.safeParse(at);
    if (data === undefined) onLost(zone);
    return data ? [[zone, data] as const] : [];
  });
  return { ...read.data, places: Object.fromEntries(places) };
}

/**
 * Writes a state for storing.
 * @throws STATE_INVALID a number is not finite, or a value is not JSON
 */
export function writeState(characterId: string, state: CharacterState): string {
  const written = characterState.safeParse(state);
  if (!written.success) throw invalid(`The state of character ${characterId} was not saved`, written.error);
  const text = JSON.stringify(written.data);
  if (/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/.test(text)) {
    throw invalid(
      `The state of character ${characterId} was not saved: a text holds NUL or half a character`,
    );
  }
  return text;
}

function invalid(what: string, error?: z.ZodError): RoomkeepError {
  const first = error?.issues[0];
  const where = first ? `: ${first.path.join(".")}: ${first.message}` : "";
  return new RoomkeepError("STATE_INVALID", `${what}${where}.`, { cause: error });
}
