import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { TickTiming } from "../../../rooms/index.ts";
import { PHASES } from "../../../rooms/internal.ts";

/** Bounds of the buckets: from so many ms on, each this much wider than the one before. */
const FIRST_MS = 0.05;
const WIDER = 1.08;
/** The last one begins at 20 minutes. */
const BUCKETS = 220;
const SCALE = 1 / Math.log(WIDER);

/** The ticks of all rooms of a process since they were last taken. */
export interface TickTimes {
  /** What was counted, which begins anew. `p99Ms` is at most 8 % too high; null: no room ticked. */
  take(): { ticks: number; late: number; p99Ms: number | null };
  close(): void;
}

/** Counts ticks by how long they took. */
export function openTickTimes(): TickTimes {
  let counts = new Uint32Array(BUCKETS);
  let ticks = 0;
  let late = 0;
  const listen = (message: unknown): void => {
    const { ms, late: isLate } = message as TickTiming;
    let tookMs = 0;
    for (const phase of PHASES) tookMs += ms[phase];
    const bucket = bucketOf(tookMs);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    ticks += 1;
    if (isLate) late += 1;
  };
  subscribe("roomkeep:tick", listen);
  return {
    take() {
      const taken = { ticks, late, p99Ms: quantile(counts, ticks, 0.99) };
      counts = new Uint32Array(BUCKETS);
      ticks = late = 0;
      return taken;
    },
    close: () => void unsubscribe("roomkeep:tick", listen),
  };
}

function bucketOf(ms: number): number {
  if (!(ms > FIRST_MS)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(ms / FIRST_MS) * SCALE));
}

/** The upper bound of the bucket that the quantile is in. */
function quantile(counts: Uint32Array, all: number, share: number): number | null {
  if (all === 0) return null;
  let left = Math.ceil(all * share);
  for (const [bucket, count] of counts.entries()) {
    left -= count;
    if (left <= 0) return Math.round(FIRST_MS * Math.exp(bucket / SCALE) * 1000) / 1000;
  }
  return null;
}
