/** Points of the last second, and what the first one adds to them. */
const LEAST = 20;
const MORE = 80;

/** Points of a right guess: 100 at once, 20 at the end. */
export function pointsFor(secondsLeft: number, seconds: number): number {
  return LEAST + Math.round(MORE * Math.min(1, secondsLeft / seconds));
}

/** Who draws has as many points as the guessers have on average. */
export function pointsOfDrawer(
  guessers: readonly { gained: number; bot: boolean; found: boolean }[],
): number {
  // A bot that did not find the word says nothing about the picture.
  const counted = guessers.filter(({ bot, found }) => found || !bot);
  const sum = counted.reduce((all, { gained }) => all + gained, 0);
  return counted.length === 0 ? 0 : Math.round(sum / counted.length);
}
