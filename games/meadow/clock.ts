/** Minutes in a day. */
export const DAY_MINUTES = 1440;
/** Length of a day in the meadow, seconds. */
export const DAY_S = 720;
/** The meadow opens in the morning, minutes since midnight. */
export const MORNING = 540;

/** Minutes since midnight, whole, after so much simulated time. */
export function minuteAt(timeMs: number, morning = MORNING): number {
  return Math.floor(morning + (timeMs / 1000) * (DAY_MINUTES / DAY_S)) % DAY_MINUTES;
}

/** How much daylight there is: 0 at night, 1 by day, between them at dawn (5–7 h) and dusk (19–21 h). */
export function daylight(minute: number): number {
  const hour = minute / 60;
  const rising = (hour - 5) / 2;
  const setting = (21 - hour) / 2;
  return Math.min(1, Math.max(0, Math.min(rising, setting)));
}

/** "09:05" */
export function clockText(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(Math.floor(minute % 60))}`;
}
