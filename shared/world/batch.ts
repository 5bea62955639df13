import type { Schema } from "@colyseus/schema";
import { RoomkeepError } from "../errors.ts";
import { WriteJournal } from "./write-tracking.ts";

/** A spawn or despawn: at once in queries, on the schema at the end of the batch. */
export interface Staged {
  readonly apply: () => void;
  readonly undo: () => void;
}

/**
 * Changes that happen wholly or not at all. While a batch runs, plain fields are written but kept out of the
 * wire's records, and spawns and despawns show in queries but not in the schema's map; the end of the
 * outermost batch puts the outcome on the wire, a throw takes it all back. So no value from between can be
 * encoded, even if a patch is taken while the batch runs.
 */
export class Batch {
  readonly journal = new WriteJournal();
  readonly #staged: Staged[] = [];
  readonly #captures: (() => void)[];
  readonly #outer: Batch | undefined;

  constructor(outer: Batch | undefined, captures: (() => void)[]) {
    this.#outer = outer;
    this.#captures = captures;
  }

  stage(change: Staged): void {
    this.#staged.push(change);
  }

  /** Keeps the changes: for the batch around, or for good. */
  commit(): void {
    if (this.#outer !== undefined) {
      this.journal.mergeInto(this.#outer.journal);
      this.#outer.#staged.push(...this.#staged);
      return;
    }
    this.journal.commit();
    for (const change of this.#staged) change.apply();
  }

  /** Takes the changes back, newest first. */
  revert(reverted: (ref: Schema) => void): void {
    for (const change of this.#staged.reverse()) change.undo();
    this.journal.revert(reverted);
    for (const restore of this.#captures) restore();
  }
}

/** Refuses an async function: a batch ends when its function returns. */
export function refuseAsync(result: unknown): void {
  if (typeof (result as { then?: unknown } | undefined)?.then !== "function") return;
  // Nobody else will look at it; an unhandled rejection would end the process.
  (result as Promise<unknown>).then(undefined, () => {});
  throw new RoomkeepError("BATCH_INVALID", "A batch must not be async: its later half would escape it.");
}
