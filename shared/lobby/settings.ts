import type { z } from "zod";
import type { GameState } from "./game-state.ts";

/**
 * The settings of a room, typed: in a page, or on the server.
 *
 * @param shape the game's settings, in a file that page and room share; each with a default
 * @returns the defaults where the state has none, such as before the first full state
 * @example
 * export const quizSettings = z.object({ rounds: z.int().min(1).max(20).default(5) });
 * const { rounds } = settingsOf(room.state, quizSettings);
 */
export function settingsOf<T>(state: Pick<GameState, "settings"> | undefined, shape: z.ZodType<T>): T {
  const { data, success } = shape.safeParse(parsed(state?.settings ?? "{}"));
  return success ? data : shape.parse({});
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
