import { z } from "zod";

const count = z.number().nonnegative();

/**
 * What the overview shows of one process at one moment. It goes with the heartbeats and into the database, so
 * that a process may read one of another version: what is added is optional.
 */
export const sampleShape = z.object({
  /** End of the step that it covers, ms since 1970. */
  at: z.int().nonnegative(),
  rooms: count,
  players: count,
  /** Share of time in which the event loop was busy, and used share of the memory, 0 to 1. */
  busy: count,
  memory: count,
  /** Ticks of all rooms in the step, and those that took longer than what they simulate. */
  ticks: count,
  late: count,
  /** 99 of 100 ticks took at most so long, ms; null: no room ticked. */
  tickP99Ms: count.nullable(),
  /** Joins in the step by their outcome: "joined", or the code of the refusal. */
  joins: z.record(z.string(), count),
  /** Time of an answer, ms; null: away. Of Redis nothing where there is none. */
  databaseMs: count.nullable(),
  redisMs: count.nullable().optional(),
  /** True: it takes no new rooms. */
  draining: z.boolean(),
  /** Age of its newest backup, in intervals of ROOMKEEP_BACKUP_EVERY. */
  backupAge: count.optional(),
});

/** A sample of one process, or several of one process as one. */
export type Sample = z.output<typeof sampleShape>;

/** Outcome of a join that went well; others are codes of refusals. */
export const JOINED = "joined";

/** Samples of one process that were put together: means, the worst, and sums. */
export interface Merged {
  readonly sample: Sample;
  /** How many. */
  readonly of: number;
}

/**
 * Puts a later one to it: rooms and players are means, so that sums over processes stay true while players
 * move; shares and times are the worst; ticks and joins are sums.
 */
export function mergeSamples(a: Merged | undefined, b: Merged): Merged {
  if (!a) return b;
  const of = a.of + b.of;
  const mean = (key: "rooms" | "players") => (a.sample[key] * a.of + b.sample[key] * b.of) / of;
  const sum = (key: "ticks" | "late") => a.sample[key] + b.sample[key];
  return {
    of,
    sample: {
      ...b.sample,
      rooms: mean("rooms"),
      players: mean("players"),
      busy: Math.max(a.sample.busy, b.sample.busy),
      memory: Math.max(a.sample.memory, b.sample.memory),
      ticks: sum("ticks"),
      late: sum("late"),
      tickP99Ms: worst(a.sample.tickP99Ms, b.sample.tickP99Ms),
      joins: addCounts(a.sample.joins, b.sample.joins),
      databaseMs: slowest(a.sample.databaseMs, b.sample.databaseMs),
      redisMs: slowest(a.sample.redisMs, b.sample.redisMs),
    },
  };
}

/** Of numbers that may be missing, the greatest. */
export function worst(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

/** Away is slower than any answer. */
function slowest<T extends number | null | undefined>(a: T, b: T): T {
  if (a === null || b === undefined) return a;
  if (b === null || a === undefined) return b;
  return a > b ? a : b;
}

/** Sums by name. */
export function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const all = { ...a };
  for (const [name, some] of Object.entries(b)) all[name] = (all[name] ?? 0) + some;
  return all;
}
