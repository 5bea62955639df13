/** Back-off with jitter: people whom one restart threw out shall not knock at the same moment. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(Math.min(2_500, 200 * 1.8 ** attempt) * (0.65 + 0.7 * random()));
}
