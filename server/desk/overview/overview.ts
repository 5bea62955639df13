import { randomInt } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { Member } from "../../cluster/member.ts";
import { COARSE, type Failures, FINE, openHistory, type Point, type Series } from "./history.ts";
import { ROW_MS, readHistory, writeHistory } from "./history-rows.ts";
import { type Sample, sampleShape } from "./sample.ts";
import { eachStep, openSampler, type Sampled } from "./sampler.ts";

/** How often the heartbeats of the others are looked at, ms. */
const GATHER_MS = 1_000;
/** Samples that wait for the database: an hour of them. */
const WAITING_MAX = FINE.spanMs / FINE.stepMs;
/** What others wrote is read again for so long: samples that no heartbeat brought. */
const AGAIN_MS = 3 * ROW_MS;

/** A living process as the overview shows it. */
export interface ProcessNow {
  readonly processId: string;
  /** Machine and port. */
  readonly address: string;
  readonly version: string;
  /** True: the one that answers. */
  readonly self: boolean;
  /** True: it takes no new rooms. */
  readonly draining: boolean;
  readonly rooms: number;
  readonly players: number;
  /** 0 to 1. */
  readonly busy: number;
  readonly memory: number;
  /** Of the last step. Null: no room ticked; the process is new, or of an older version. */
  readonly ticks: number;
  readonly late: number;
  readonly tickP99Ms: number | null;
  /** Time of an answer; null: away. */
  readonly databaseMs: number | null;
  /** Undefined: it has no Redis. */
  readonly redisMs?: number | null | undefined;
  /** End of the step, ms since 1970; 0: no sample of it has come yet. */
  readonly sampledAt: number;
}

/** What the stream sends again and again. */
export interface OverviewNow {
  readonly at: number;
  readonly processes: readonly ProcessNow[];
  /** The newest step of the hour's plot. */
  readonly point: Point;
}

/** What the overview shows. */
export interface OverviewAll {
  readonly at: number;
  readonly processes: readonly ProcessNow[];
  readonly hour: Series;
  readonly day: Series;
  readonly failures: { readonly hour: Failures[]; readonly day: Failures[] };
}

/** The overview of all processes, as one of them sees them. */
export interface Overview {
  /** @param processId of one process alone; default: all together */
  read(processId?: string): OverviewAll;
  now(): OverviewNow;
  /** The newest sample of this process, for its heartbeats. */
  latest(): Sample | undefined;
  /** The newest sample of each living process. */
  samples(): { readonly process: ProcessNow; readonly sample: Sample }[];
  /** Joins of all processes since a moment, by outcome. */
  recentJoins(since: number): Record<string, number>;
  /** Takes and keeps the sample of a step. */
  step(at: number): Promise<void>;
  /** Calls `listener` after each step. @returns how to stop */
  onStep(listener: (at: number) => void): () => void;
  /** Reads what was before, and begins to take samples: once the process has its id. */
  begin(): Promise<void>;
  /** Writes what waits. */
  close(): Promise<void>;
}

/** What {@link openOverview} needs. */
export interface OverviewOptions {
  readonly ds: DataSource;
  readonly log: Pick<BaseLogger, "warn">;
  readonly sampled: Sampled;
  /** This process. */
  self(): Pick<Member, "processId" | "address" | "version">;
  /** All living processes by their heartbeats; undefined: this one is alone. */
  living(): readonly Member[] | undefined;
  readonly now?: () => number;
  /** False leaves the steps to the caller: for tests. */
  readonly timers?: boolean;
}

/**
 * Opens the overview. Each process takes a sample of itself every five seconds, sends it with its heartbeats,
 * and writes a minute of them in one statement; each keeps the samples of all for an hour, and merged for a
 * day.
 */
export function openOverview(options: OverviewOptions): Overview {
  const { ds, log, sampled, self, living, now = Date.now, timers = true } = options;
  const history = openHistory();
  const sampler = openSampler(sampled);
  const listeners = new Set<(at: number) => void>();
  /** The step of the minute at which this process writes: not all at once. */
  const turn = randomInt(ROW_MS / FINE.stepMs);
  const stops: (() => void)[] = [];
  let newest: Sample | undefined;
  let waiting: Sample[] = [];
  let failing = false;

  function gather(): void {
    const { processId: own } = self();
    for (const { processId, sample } of living() ?? []) {
      if (processId === own || sample === undefined) continue;
      const { at } = sample as { at?: unknown };
      if (history.latest(processId)?.at === at) continue;
      const read = sampleShape.safeParse(sample);
      if (read.success) history.add(processId, read.data);
    }
  }

  /** @param until end of the last whole minute; default: all that waits */
  async function write(until = Number.POSITIVE_INFINITY): Promise<void> {
    const asked = waiting.filter(({ at }) => at <= until);
    try {
      await writeHistory(ds, self().processId, asked);
      waiting = waiting.filter((sample) => !asked.includes(sample));
      if (living()) await readHistory(ds, history, AGAIN_MS);
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ err: error }, "samples of the overview could not be written; they wait");
      failing = true;
    }
  }

  async function step(at: number): Promise<void> {
    newest = await sampler.take(at);
    history.add(self().processId, newest);
    waiting = [...waiting.slice(1 - WAITING_MAX), newest];
    gather();
    for (const listener of listeners) listener(at);
    if ((at / FINE.stepMs) % (ROW_MS / FINE.stepMs) === turn) await write(Math.floor(at / ROW_MS) * ROW_MS);
  }

  function processes(): ProcessNow[] {
    gather();
    const own = self();
    const alone = { ...own, ...sampled.load(), busy: newest?.busy ?? 0, memory: sampled.memory() };
    const members = living() ?? [{ ...alone, closed: sampled.isDraining() }];
    return members
      .map((member) => processNow(member, history.latest(member.processId), own.processId))
      .sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  return {
    read(processId) {
      const at = now();
      return {
        at,
        processes: processes(),
        hour: history.series("hour", at, processId),
        day: history.series("day", at, processId),
        failures: {
          hour: history.failures("hour", at, processId),
          day: history.failures("day", at, processId),
        },
      };
    },
    now: () => ({ at: now(), processes: processes(), point: history.point(now()) }),
    latest: () => newest,
    samples: () =>
      processes().flatMap((process) => {
        const sample = history.latest(process.processId);
        return sample ? [{ process, sample }] : [];
      }),
    recentJoins: (since) => history.recent(since),
    step,
    onStep(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async begin() {
      await readHistory(ds, history, COARSE.spanMs).catch((error) =>
        log.warn({ err: error }, "the overview of the last day could not be read"),
      );
      if (!timers) return;
      const gathering = setInterval(gather, GATHER_MS).unref();
      stops.push(() => clearInterval(gathering));
      stops.push(
        eachStep(
          (at) => void step(at).catch((error) => log.warn({ err: error }, "a sample was left out")),
          now,
        ),
      );
    },
    async close() {
      for (const stop of stops) stop();
      sampler.close();
      await write();
    },
  };
}

function processNow(
  { processId, address, version, closed, rooms, players, busy, memory }: Omit<Member, "incarnation">,
  sample: Sample | undefined,
  own: string,
): ProcessNow {
  return {
    processId,
    address,
    version,
    self: processId === own,
    draining: closed,
    rooms,
    players,
    busy,
    memory: Math.round(memory * 1000) / 1000,
    ticks: sample?.ticks ?? 0,
    late: sample?.late ?? 0,
    tickP99Ms: sample?.tickP99Ms ?? null,
    databaseMs: sample?.databaseMs ?? null,
    redisMs: sample?.redisMs,
    sampledAt: sample?.at ?? 0,
  };
}
