import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { answerWithin, type Db } from "../storage/database.ts";
import { renewRows } from "./character-rows.ts";

/** Milliseconds between renewals of all leases of a process. */
export const RENEW_MS = 1500;
/**
 * Milliseconds without a renewal after which a process fences itself: a lease lasts 10 s, so before anybody
 * else may claim.
 */
export const SELF_FENCE_MS = 9000;
/** Milliseconds between two looks at the clock, and from a renewal that failed to the next. */
export const TURN_MS = 250;

/** Leases of this process by what is leased: how many it holds, and how many it has lost. For metrics. */
export const HOLDING: Record<string, { held: number; lost: number }> = {};

/** One lease that this process holds. */
export interface Lease {
  readonly id: string;
  readonly epoch: number;
  /** When the statement that last renewed it was sent, on the process's own steady clock, in ms. */
  renewedAt: number;
}

/** The leases of a process. */
export interface Leases {
  /**
   * Begins to renew. `sentAt`: when the claim was sent, so that the lease ends here before it ends in the
   * database.
   */
  hold(id: string, epoch: number, sentAt: number): void;
  /** Notes that a save under the claim renewed it too. */
  touch(id: string, epoch: number, sentAt: number): void;
  /** Stops renewing; the listeners are not called. */
  drop(id: string, epoch: number): void;
  /** Stops renewing and calls the listeners, once. */
  lose(id: string, epoch: number, why: string): void;
  holds(id: string, epoch: number): boolean;
  onLost(listener: (id: string, epoch: number) => void): () => void;
  /** Renews all now. Fences first what is overdue. */
  renew(): Promise<void>;
  /** Fences leases that were not renewed for {@link SELF_FENCE_MS}; none where the process is exclusive. */
  watch(): void;
  /**
   * Does what the clock says, each {@link TURN_MS}: fences what is overdue, and renews when that is due or
   * has just failed. So a database that is away for 7 s costs nobody the room.
   */
  turn(): void;
  stop(): void;
}

/** Options of {@link openLeases}. */
export interface LeaseOptions {
  /** Unique per boot of a process. */
  incarnation: string;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  /**
   * True where nobody else can reach the database, as with the embedded one, whose folder is locked: no lease
   * is fenced for its age, because nobody could have taken it meanwhile. A process that stood still renews at
   * once. Default false.
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
  /** False leaves `turn` to the caller: for tests and the simulator. */
  timers?: boolean;
}

/** Keeps the leases of a process alive, and fences them when it cannot. */
export function openLeases(ds: DataSource, options: LeaseOptions): Leases {
  const { incarnation, log, now = () => performance.now(), timers = true, what = "character" } = options;
  const { exclusive = false } = options;
  const renewOwn = options.renewRows ?? renewRows;
  const held = new Map<string, Lease>();
  const listeners = new Set<(id: string, epoch: number) => void>();
  let dueAt = now() + RENEW_MS;
  /** A renewal failed, and none has gone well since. */
  let failing = false;

  const find = (id: string, epoch: number) => {
    const lease = held.get(id);
    return lease?.epoch === epoch ? lease : undefined;
  };
  const counts = HOLDING[what] ?? { held: 0, lost: 0 };
  HOLDING[what] = counts;
  const drop = (id: string, epoch: number) => {
    const isHeld = find(id, epoch) !== undefined && held.delete(id);
    if (isHeld) counts.held -= 1;
    return isHeld;
  };

  function lose(id: string, epoch: number, why: string): void {
    if (!drop(id, epoch)) return;
    counts.lost += 1;
    log.warn({ [`${what}Id`]: id, epoch, why }, `a ${what} was fenced`);
    for (const listener of listeners) {
      try {
        listener(id, epoch);
      } catch (error) {
        // An error in one room must not keep the other leases from being fenced.
        log.error({ err: error, characterId: id }, "a listener for fenced characters threw");
      }
    }
  }

  function watch(): void {
    if (exclusive) return;
    const due = now() - SELF_FENCE_MS;
    const overdue = [...held.values()].filter(({ renewedAt }) => !(renewedAt > due));
    for (const { id, epoch } of overdue) lose(id, epoch, "its lease could not be renewed");
  }

  async function renew(): Promise<void> {
    // A process that wakes from a freeze must not renew what is overdue.
    watch();
    const sentAt = now();
    // The next one does not wait for the answer: that may be lost.
    dueAt = sentAt + RENEW_MS;
    if (held.size === 0) return;
    const asked = [...held.values()];
    try {
      const kept = await answerWithin(renewOwn(ds, incarnation, asked));
      for (const lease of asked) {
        if (kept.has(lease.id)) lease.renewedAt = Math.max(lease.renewedAt, sentAt);
        // No effect on a lease that was released or claimed anew while the statement ran.
        else lose(lease.id, lease.epoch, "another owner has it");
      }
      failing = false;
    } catch (error) {
      dueAt = Math.min(dueAt, now() + TURN_MS);
      if (!failing)
        log.warn({ err: error, leases: asked.length }, "leases could not be renewed; trying again");
      failing = true;
    }
  }

  function turn(): void {
    if (now() >= dueAt) void renew();
    else watch();
  }

  const clock = timers ? setInterval(turn, TURN_MS).unref() : undefined;

  return {
    hold: (id, epoch, sentAt) => {
      const former = held.get(id);
      if (former) lose(id, former.epoch, "this process claimed it anew");
      held.set(id, { id, epoch, renewedAt: sentAt });
      counts.held += 1;
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
    turn,
    stop() {
      clearInterval(clock);
      counts.held -= held.size;
      held.clear();
    },
  };
}
