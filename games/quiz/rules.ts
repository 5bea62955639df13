/** Points of a right answer that came at once; the slowest gets half of it. */
export const POINTS_MOST = 1_000;
/** Points for each right answer in a row before this one, up to five. */
const STREAK_POINTS = 100;
const STREAK_MAX = 5;
/** Points that who buzzed and answered wrong loses. */
export const BUZZ_PENALTY = 300;

/**
 * Points of a right answer.
 *
 * @param part of the time that was used, 0 to 1
 * @param streak right answers in a row before it
 */
export function pointsFor(part: number, streak: number): number {
  const inTime = POINTS_MOST * (1 - 0.5 * Math.min(1, Math.max(0, part)));
  return Math.round(inTime) + STREAK_POINTS * Math.min(streak, STREAK_MAX);
}
