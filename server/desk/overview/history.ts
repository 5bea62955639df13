import { addCounts, JOINED, type Merged, mergeSamples, type Sample, worst } from "./sample.ts";

/** Milliseconds between two samples, and how long they are kept. */
export const FINE = { stepMs: 5_000, spanMs: 3_600_000 } as const;
/** The same for what they are merged to. */
export const COARSE = { stepMs: 120_000, spanMs: 86_400_000 } as const;
/** Processes whose samples are kept: each restart is another one. The longest silent is forgotten first. */
const PROCESSES_MAX = 48;

type Grain = typeof FINE | typeof COARSE;

/** The samples of one process, by the end of their step. */
interface Past {
  readonly fine: Map<number, Merged>;
  readonly coarse: Map<number, Merged>;
  lastAt: number;
}

/** Columns of a plot: all have the length of `at`. Null: nothing is known of the step. */
export interface Series {
  readonly stepS: number;
  /** End of each step, ms since 1970, ascending. */
  readonly at: number[];
  readonly players: (number | null)[];
  readonly rooms: (number | null)[];
  readonly tickP99Ms: (number | null)[];
  readonly busy: (number | null)[];
  readonly memory: (number | null)[];
  readonly ticks: (number | null)[];
  readonly late: (number | null)[];
  readonly joined: (number | null)[];
  readonly refused: (number | null)[];
  /** How many processes there were, and how many of them had no database or no Redis. */
  readonly processes: (number | null)[];
  readonly away: (number | null)[];
}

/** One step of {@link Series}. */
export type Point = { readonly [Key in Exclude<keyof Series, "stepS">]: Series[Key][number] };

/** A code of refused joins, and how many there were. */
export interface Failures {
  readonly code: string;
  readonly count: number;
}

/** The last hour and the last day of all processes, in memory. */
export interface History {
  /** Adds a sample, once; one that is known already changes nothing. */
  add(processId: string, sample: Sample): void;
  /** Adds samples of which only their merged one is left: to the day alone. */
  addMerged(processId: string, merged: Merged): void;
  latest(processId: string): Sample | undefined;
  /** Samples of a process whose step ended after a moment, oldest first. */
  since(processId: string, at: number): readonly Sample[];
  /** The plot of all processes together, or of one. */
  series(grain: "hour" | "day", now: number, processId?: string): Series;
  /** The newest step that all processes have told of. */
  point(now: number): Point;
  failures(grain: "hour" | "day", now: number, processId?: string): Failures[];
  /** Joins of all processes since a moment, by outcome. */
  recent(since: number): Record<string, number>;
  /** Ids of the processes that something is known of. */
  known(): readonly string[];
}

/** How long the samples of others may be under way, ms: a heartbeat or two. */
const UNDER_WAY_MS = 2_500;

/** Opens an empty history. */
export function openHistory(): History {
  const pasts = new Map<string, Past>();

  function pastOf(processId: string): Past {
    const known = pasts.get(processId);
    if (known) return known;
    const made: Past = { fine: new Map(), coarse: new Map(), lastAt: 0 };
    pasts.set(processId, made);
    if (pasts.size > PROCESSES_MAX) {
      const [oldest] = [...pasts]
        .filter(([id]) => id !== processId)
        .sort((a, b) => a[1].lastAt - b[1].lastAt);
      if (oldest) pasts.delete(oldest[0]);
    }
    return made;
  }

  function put(past: Past, grain: Grain, merged: Merged): void {
    const steps = grain === FINE ? past.fine : past.coarse;
    const end = endOf(merged.sample.at, grain);
    steps.set(end, mergeSamples(steps.get(end), merged));
    past.lastAt = Math.max(past.lastAt, merged.sample.at);
    // Oldest first, as long as the clock goes forward: what it leaves behind is not asked for.
    for (const at of steps.keys()) {
      if (at > past.lastAt - grain.spanMs && steps.size <= grain.spanMs / grain.stepMs) break;
      steps.delete(at);
    }
  }

  const chosen = (processId?: string): Past[] => {
    if (processId === undefined) return [...pasts.values()];
    const past = pasts.get(processId);
    return past ? [past] : [];
  };
  const stepsOf = (past: Past, grain: Grain) => (grain === FINE ? past.fine : past.coarse);

  return {
    add(processId, sample) {
      const past = pastOf(processId);
      if (past.fine.has(endOf(sample.at, FINE))) return;
      put(past, FINE, { sample, of: 1 });
      put(past, COARSE, { sample, of: 1 });
    },
    addMerged: (processId, merged) => put(pastOf(processId), COARSE, merged),
    latest(processId) {
      const { fine, lastAt } = pasts.get(processId) ?? {};
      return lastAt === undefined ? undefined : fine?.get(endOf(lastAt, FINE))?.sample;
    },
    since(processId, at) {
      const all = [...(pasts.get(processId)?.fine.values() ?? [])].map(({ sample }) => sample);
      return all.filter((sample) => sample.at > at).sort((a, b) => a.at - b.at);
    },
    series(kind, now, processId) {
      const grain = kind === "hour" ? FINE : COARSE;
      const steps = chosen(processId).map((past) => stepsOf(past, grain));
      return columnsOf(
        grain,
        endsOf(grain, now).map((end) => pointAt(steps, end)),
      );
    },
    point(now) {
      const fine = chosen().map((past) => past.fine);
      return pointAt(fine, lastEnd(FINE, now - UNDER_WAY_MS));
    },
    failures(kind, now, processId) {
      const grain = kind === "hour" ? FINE : COARSE;
      const ends = new Set(endsOf(grain, now));
      let all: Record<string, number> = {};
      for (const past of chosen(processId))
        for (const [end, { sample }] of stepsOf(past, grain))
          if (ends.has(end)) all = addCounts(all, sample.joins);
      return Object.entries(all)
        .filter(([code]) => code !== JOINED)
        .map(([code, count]) => ({ code, count }))
        .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
    },
    recent(since) {
      let all: Record<string, number> = {};
      for (const { fine } of pasts.values())
        for (const { sample } of fine.values()) if (sample.at > since) all = addCounts(all, sample.joins);
      return all;
    },
    known: () => [...pasts.keys()],
  };
}

const endOf = (at: number, { stepMs }: Grain) => Math.ceil(at / stepMs) * stepMs;

/** The newest step that is told: of the day also the one that has not ended yet. */
const lastEnd = (grain: Grain, now: number) =>
  grain === FINE ? Math.floor(now / grain.stepMs) * grain.stepMs : endOf(now, grain);

function endsOf(grain: Grain, now: number): number[] {
  const last = lastEnd(grain, now);
  const length = grain.spanMs / grain.stepMs;
  return Array.from({ length }, (_, i) => last - (length - 1 - i) * grain.stepMs);
}

const EMPTY = {
  players: null,
  rooms: null,
  tickP99Ms: null,
  busy: null,
  memory: null,
  ticks: null,
  late: null,
  joined: null,
  refused: null,
  processes: null,
  away: null,
} as const;

function pointAt(steps: readonly ReadonlyMap<number, Merged>[], at: number): Point {
  let point: Point = { at, ...EMPTY };
  for (const one of steps) {
    const merged = one.get(at);
    if (merged) point = addPoint(point, merged.sample);
  }
  return point;
}

function addPoint(point: Point, sample: Sample): Point {
  const { [JOINED]: joined = 0, ...others } = sample.joins;
  const refused = Object.values(others).reduce((sum, one) => sum + one, 0);
  return {
    at: point.at,
    players: round((point.players ?? 0) + sample.players),
    rooms: round((point.rooms ?? 0) + sample.rooms),
    tickP99Ms: worst(point.tickP99Ms, sample.tickP99Ms),
    busy: worst(point.busy, sample.busy),
    memory: worst(point.memory, sample.memory),
    ticks: (point.ticks ?? 0) + sample.ticks,
    late: (point.late ?? 0) + sample.late,
    joined: (point.joined ?? 0) + joined,
    refused: (point.refused ?? 0) + refused,
    processes: (point.processes ?? 0) + 1,
    away: (point.away ?? 0) + (sample.databaseMs === null || sample.redisMs === null ? 1 : 0),
  };
}

const round = (value: number) => Math.round(value * 100) / 100;

function columnsOf({ stepMs }: Grain, points: readonly Point[]): Series {
  const column = <Key extends keyof Point>(key: Key) => points.map((point) => point[key]);
  return {
    stepS: stepMs / 1000,
    at: column("at"),
    players: column("players"),
    rooms: column("rooms"),
    tickP99Ms: column("tickP99Ms"),
    busy: column("busy"),
    memory: column("memory"),
    ticks: column("ticks"),
    late: column("late"),
    joined: column("joined"),
    refused: column("refused"),
    processes: column("processes"),
    away: column("away"),
  };
}
