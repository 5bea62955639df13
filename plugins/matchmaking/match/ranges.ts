import type { Queue } from "./queue.ts";
import type { MatchTicket } from "./tickets.ts";

/** How far a rating may lie from one that has waited so many seconds. */
export function rangeOf({ widen }: Pick<Queue, "widen">, waitedS: number): number {
  return Math.min(widen.most, widen.from + widen.perSecond * waitedS);
}

/** Mean rating of a ticket. */
export function ratingOf({ players }: Pick<MatchTicket, "players">): number {
  return players.reduce((sum, { mu }) => sum + mu, 0) / Math.max(1, players.length);
}

/** Set of regions that a ticket takes by now; all bits: the queue has none. */
export function regionsOf({ regions }: Pick<Queue, "regions">, { latency, waitedS }: MatchTicket): number {
  if (!regions) return 1;
  const most = Math.min(regions.mostMs, regions.fromMs + regions.perSecondMs * waitedS);
  return latency.reduce((set, ms, index) => (ms <= most ? set | (1 << index) : set), 0);
}

/** How far the numbers of each "near" property may lie from those of a ticket. */
export function nearRanges({ properties }: Pick<Queue, "properties">, waitedS: number): number[] {
  return Object.values(properties).flatMap((rule) =>
    rule.kind === "near" ? [rule.within + rule.perSecond * waitedS] : [],
  );
}
