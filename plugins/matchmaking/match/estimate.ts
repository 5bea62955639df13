/**
 * Seconds that somebody is going to wait yet, by how long others of a like rating waited.
 *
 * @param waits of those who were matched, in seconds
 * @param waitedS how long it has been already: who was quicker says nothing about it any more
 * @returns undefined: too few to tell
 */
export function estimateWait(waits: readonly number[], waitedS: number): number | undefined {
  const longer = waits.filter((wait) => wait >= waitedS).sort((a, b) => a - b);
  if (longer.length < FEWEST) return undefined;
  return Math.max(0, (longer[Math.floor((longer.length - 1) / 2)] ?? 0) - waitedS);
}

const FEWEST = 3;
