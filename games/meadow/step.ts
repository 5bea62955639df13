import { type Ground, type Walker, type WalkInput, walk } from "roomkeep/shared";
import { WATER_Y } from "./land.ts";

/** Pace of a wading player, as a factor on walking and running. */
export const WADE_PACE = 0.55;

/**
 * Moves an avatar by one fixed step; in the pond, above the knees, it wades. Room and view run the same
 * function.
 */
export function meadowStep(
  walker: Walker,
  input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">,
  ground: Ground,
  dt: number,
): void {
  walk(walker, input, ground, dt, walker.y < WATER_Y - 0.35 ? WADE_PACE : 1);
}
