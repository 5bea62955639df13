import { z } from "zod";

/** Lengths of a round that the page offers, seconds. */
export const ROUND_LENGTHS = [30, 60, 90, 120, 180] as const;

/** What the leader sets in the lobby. */
export const tagSettings = z.object({ roundS: z.int().min(20).max(300).default(90) });
