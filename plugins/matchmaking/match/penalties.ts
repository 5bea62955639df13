/** How long those wait who did not come to a match that was found for them. */
export interface PenaltyRules {
  /** The first wait, seconds; each further one is twice as long. */
  readonly firstS: number;
  /** The longest wait, seconds. */
  readonly mostS: number;
  /** Seconds without another one after which one is forgotten. */
  readonly forgetS: number;
}

/** How often somebody declined of late. */
export interface DeclineRecord {
  /** As it was at `atMs`. */
  readonly declined: number;
  readonly atMs: number;
}

/** How many of the declined ones still count: one fewer for each `forgetS` that went by. */
export function remembered(
  { declined, atMs }: DeclineRecord,
  nowMs: number,
  { forgetS }: PenaltyRules,
): number {
  return Math.max(0, declined - Math.floor(Math.max(0, nowMs - atMs) / (forgetS * 1000)));
}

/** The record after one more, and until when its account waits, ms. */
export function penalize(
  before: DeclineRecord | undefined,
  nowMs: number,
  rules: PenaltyRules,
): { declined: number; untilMs: number } {
  const declined = (before ? remembered(before, nowMs, rules) : 0) + 1;
  let waitS = rules.firstS;
  for (let doubled = 1; doubled < declined && waitS < rules.mostS; doubled++) waitS *= 2;
  return { declined, untilMs: nowMs + Math.min(rules.mostS, waitS) * 1000 };
}
