import { z } from "zod";
import type { CharacterState } from "../../rooms/ports/ports.ts";
import { RoomkeepError } from "../../shared/errors.ts";

const place = z.strictObject({ x: z.number(), y: z.number(), z: z.number(), yaw: z.number() });

const characterState = z.strictObject({
  v: z.literal(1),
  places: z.record(z.string(), place),
  // jsonb cannot hold what JSON cannot, and JSON would turn NaN and Infinity into null in silence.
  stats: z.record(z.string(), z.json()),
});

/** The state of a character that has been nowhere yet. */
export function blankState(): CharacterState {
  return { v: 1, places: {}, stats: {} };
}

/**
 * Reads a stored state.
 * @throws STATE_INVALID it is broken, or of a version that this program does not know
 */
export function readState(characterId: string, stored: unknown): CharacterState {
  const read = characterState.safeParse(stored);
  if (read.success) return read.data;
  throw invalid(`The stored state of character ${characterId} cannot be read`, read.error);
}

/**
 * Writes a state for storing.
 * @throws STATE_INVALID a number is not finite, or a value is nothing that JSON can hold
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
