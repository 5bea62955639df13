import { CLAIM_WAIT_MS } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin } from "../storage/database.ts";

/** Longest time, ms, in which a closing room saves and frees what it has. */
const CLOSING_MS = 2000;
const POLL_MS = 200;

/** The owner of a leased row. */
export interface LeaseHolder {
  readonly owner: string | null;
  readonly room_id: string | null;
  readonly lease_until: Date | null;
}

/** A row to be leased, and how to wait for it. */
export interface Acquiring {
  /** Of this process. */
  readonly incarnation: string;
  /** Its owner now; null: none ever had it. */
  holder(): Promise<LeaseHolder | null>;
  /** @returns the epoch; null: another has it */
  claim(): Promise<number | null>;
  /** The lease is this process's. `sentAt`: when the claim was sent. */
  held(epoch: number, sentAt: number): void;
  /** True: this process is shutting down. */
  isClosed(): boolean;
  /** The error of a row whose owner lives. */
  refusal(holder: LeaseHolder | null): RoomkeepError;
  /** A steady clock in ms. */
  now(): number;
  wait(ms: number): Promise<unknown>;
}

/**
 * Acquires a lease. Waits for one that runs out; for a living owner, whose room may be closing, two seconds.
 *
 * @throws ROOM_CLOSED this process is shutting down
 * @throws DATABASE_UNAVAILABLE
 */
export async function acquireLease(row: Acquiring): Promise<number> {
  const startedAt = row.now();
  const first = await answerWithin(row.holder());
  for (;;) {
    if (row.isClosed())
      throw new RoomkeepError("ROOM_CLOSED", "This server is shutting down. Try again in a moment.");
    const sentAt = row.now();
    const epoch = await answerWithin(row.claim());
    if (epoch !== null) {
      row.held(epoch, sentAt);
      return epoch;
    }
    const holder = await answerWithin(row.holder());
    // A lease that was renewed since the first look has a living owner: it may be closing, else it keeps
    // what it has.
    const alive =
      Number(holder?.lease_until) !== Number(first?.lease_until) || holder?.owner === row.incarnation;
    if (!(row.now() - startedAt < (alive ? CLOSING_MS : CLAIM_WAIT_MS))) throw row.refusal(holder);
    await row.wait(POLL_MS);
  }
}

/** Work under way that a store waits for when it closes. */
export class PendingWork {
  readonly #pending = new Set<Promise<unknown>>();

  add<T>(work: Promise<T>): Promise<T> {
    const forget = () => void this.#pending.delete(settled);
    const settled: Promise<void> = work.then(forget, forget);
    this.#pending.add(settled);
    return work;
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }
}
