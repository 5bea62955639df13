import { performance } from "node:perf_hooks";
import { withTimeout } from "../../../shared/internal.ts";
import { FINE } from "./history.ts";
import { openJoinCounts } from "./join-counts.ts";
import type { Sample } from "./sample.ts";
import { openTickTimes } from "./tick-times.ts";

/** Longest wait, ms, for an answer of the database or of Redis: a sample is due when the next one is. */
const ANSWER_MS = 3_000;

/** What is sampled of a process. */
export interface Sampled {
  load(): { readonly rooms: number; readonly players: number };
  /** Used share of the memory. */
  memory(): number;
  isDraining(): boolean;
  askDatabase(): Promise<unknown>;
  /** Undefined: this process has no Redis. */
  readonly askRedis: (() => Promise<unknown>) | undefined;
  /** Age of the newest backup in intervals; undefined: this process makes none. */
  readonly backupAge?: (() => Promise<number>) | undefined;
}

/** Takes samples of a process. */
export interface Sampler {
  /** What has been since the last one. @param at end of the step */
  take(at: number): Promise<Sample>;
  close(): void;
}

/** Begins to count. */
export function openSampler(sampled: Sampled): Sampler {
  const ticks = openTickTimes();
  const joins = openJoinCounts();
  let used = performance.eventLoopUtilization();
  return {
    async take(at) {
      const since = performance.eventLoopUtilization(used);
      used = performance.eventLoopUtilization();
      const { ticks: count, late, p99Ms } = ticks.take();
      const { rooms, players } = sampled.load();
      const joined = joins.take();
      const [databaseMs, redisMs, backupAge] = await Promise.all([
        timeOf(sampled.askDatabase),
        sampled.askRedis && timeOf(sampled.askRedis),
        sampled.backupAge?.().catch(() => undefined),
      ]);
      return {
        at,
        rooms,
        players,
        busy: round(since.utilization),
        memory: round(sampled.memory()),
        ticks: count,
        late,
        tickP99Ms: p99Ms,
        joins: joined,
        databaseMs,
        draining: sampled.isDraining(),
        ...(redisMs !== undefined && { redisMs }),
        ...(backupAge !== undefined && { backupAge: round(backupAge) }),
      };
    },
    close() {
      ticks.close();
      joins.close();
    },
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;

/** Milliseconds until the answer; null: there is none. */
async function timeOf(ask: () => Promise<unknown>): Promise<number | null> {
  const from = performance.now();
  return withTimeout(ANSWER_MS, ask()).then(
    () => round(performance.now() - from),
    () => null,
  );
}

/**
 * Calls `step` at each multiple of the fine step, so that the samples of all processes are of one time.
 * @returns how to stop
 */
export function eachStep(step: (at: number) => void, now: () => number = Date.now): () => void {
  let timer: NodeJS.Timeout;
  let last = 0;
  const next = () => {
    timer = setTimeout(turn, FINE.stepMs - (now() % FINE.stepMs));
    timer.unref();
  };
  const turn = () => {
    // A timer may come a little early.
    const at = Math.round(now() / FINE.stepMs) * FINE.stepMs;
    if (at !== last) step(at);
    last = at;
    next();
  };
  next();
  return () => clearTimeout(timer);
}
