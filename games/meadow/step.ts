import { type Ground, type Walker, type WalkInput, walk } from "roomkeep/shared";
import { WATER_Y } from "./land.ts";

/** Pace of somebody who wades, as a factor on walking and running. */
export const WADE_PACE = 0.55;

/**
 * Moves a wanderer by one fixed step; who is in the pond above the knees wades. Room and view run the same.
 */
export function meadowStep(
  walker: Walker,
  input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">,
  ground: Ground,
  dt: number,
): void {
  walk(walker, input, ground, dt, walker.y < WATER_Y - 0.35 ? WADE_PACE : 1);
}
