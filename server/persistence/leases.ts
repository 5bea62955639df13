import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { answerWithin, type Db } from "../storage/database.ts";
import { renewRows } from "./character-rows.ts";

/** Milliseconds between renewals of all leases of a process. A lease lasts 10 s, so three may fail. */
export const RENEW_MS = 3000;
/** Milliseconds without a renewal after which a process fences itself: well before anybody else may claim. */
export const SELF_FENCE_MS = 7000;
const WATCH_MS = 250;

/** One lease that this process holds. */
export interface Lease {
  readonly id: string;
  readonly epoch: number;
  /** When the statement that last renewed it was sent, on the process's own steady clock, in ms. */
  renewedAt: number;
}

/** The leases of a process. */
export interface Leases {
  /** Begins to renew. `sentAt`: when the claim was sent, so that the local view is never the longer one. */
  hold(id: string, epoch: number, sentAt: number): void;
  /** A save under the claim renewed it too. */
  touch(id: string, epoch: number, sentAt: number): void;
  /** Stops renewing; the listeners are not called. */
  drop(id: string, epoch: number): void;
  /** Stops renewing and calls the listeners, once. */
  lose(id: string, epoch: number, why: string): void;
  holds(id: string, epoch: number): boolean;
  onLost(listener: (id: string, epoch: number) => void): () => void;
  /** Renews all now, unless a renewal is under way. Fences first what is overdue. */
  renew(): Promise<void>;
  /** Fences what was not renewed for {@link SELF_FENCE_MS}; where the process is exclusive, renews it. */
  watch(): void;
  stop(): void;
}

/** Options of {@link openLeases}. */
export interface LeaseOptions {
  /** Unique per boot of a process. */
  incarnation: string;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  /**
   * True where nobody else can reach the database, as with the embedded one, whose folder is locked: no lease is fenced
   * for its age, because nobody could have taken it meanwhile. A process that stood still renews at once. Default false.
   */
  exclusive?: boolean | undefined;
  /** What is leased, for the log. Default "character". */
  what?: string;
  /**
   * Renews every lease of a process in one statement; returns the ids that are still its own. Default:
   * characters.
   */
  renewRows?: (db: Db, owner: string, held: readonly Lease[]) => Promise<Set<string>>;
  /** A steady clock in ms; only used to tell how long ago a renewal was sent. */
  now?: () => number;
  /** False leaves `renew` and `watch` to the caller: for tests and the simulator. */
  timers?: boolean;
}

/** Keeps the leases of a process alive, and fences them when it cannot. */
export function openLeases(ds: DataSource, options: LeaseOptions): Leases {
  const { incarnation, log, now = () => performance.now(), timers = true, what = "character" } = options;
  const { exclusive = false } = options;
  const renewOwn = options.renewRows ?? renewRows;
  const held = new Map<string, Lease>();
  const listeners = new Set<(id: string, epoch: number) => void>();
  let renewing = false;

  const find = (id: string, epoch: number) => {
    const lease = held.get(id);
    return lease?.epoch === epoch ? lease : undefined;
  };
  const drop = (id: string, epoch: number) => find(id, epoch) !== undefined && held.delete(id);

  function lose(id: string, epoch: number, why: string): void {
    if (!drop(id, epoch)) return;
    log.warn({ [`${what}Id`]: id, epoch, why }, `a ${what} was fenced`);
    for (const listener of listeners) {
      try {
        listener(id, epoch);
      } catch (error) {
        // One room's fault must not keep the other characters from being fenced.
        log.error({ err: error, characterId: id }, "a listener for fenced characters threw");
      }
    }
  }

  function watch(): void {
    const due = now() - SELF_FENCE_MS;
    const overdue = [...held.values()].filter(({ renewedAt }) => !(renewedAt > due));
    if (exclusive && overdue.length > 0) return void renewHeld();
    for (const { id, epoch } of overdue) lose(id, epoch, "its lease could not be renewed");
  }

  async function renew(): Promise<void> {
    // A process that wakes from a freeze must not renew what is overdue.
    if (!exclusive) watch();
    await renewHeld();
  }

  async function renewHeld(): Promise<void> {
    if (renewing || held.size === 0) return;
    renewing = true;
    const asked = [...held.values()];
    const sentAt = now();
    try {
      const kept = await answerWithin(renewOwn(ds, incarnation, asked));
      for (const lease of asked) {
        if (kept.has(lease.id)) lease.renewedAt = Math.max(lease.renewedAt, sentAt);
        // Does nothing where it was released or claimed anew while the statement ran.
        else lose(lease.id, lease.epoch, "another owner has it");
      }
    } catch (error) {
      log.warn({ err: error, leases: asked.length }, "leases could not be renewed");
    } finally {
      renewing = false;
    }
  }

  const clocks = timers ? [setInterval(() => void renew(), RENEW_MS), setInterval(watch, WATCH_MS)] : [];
  for (const clock of clocks) clock.unref();

  return {
    hold: (id, epoch, sentAt) => {
      const former = held.get(id);
      if (former) lose(id, former.epoch, "this process claimed it anew");
      held.set(id, { id, epoch, renewedAt: sentAt });
    },
    touch: (id, epoch, sentAt) => {
      const lease = find(id, epoch);
      if (lease) lease.renewedAt = Math.max(lease.renewedAt, sentAt);
    },
    drop: (id, epoch) => void drop(id, epoch),
    lose,
    holds: (id, epoch) => find(id, epoch) !== undefined,
    onLost: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    renew,
    watch,
    stop: () => clocks.forEach(clearInterval),
  };
}
