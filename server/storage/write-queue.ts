import type { BaseLogger } from "pino";
import { retry } from "../../shared/internal.ts";
import { answerWithin } from "./database.ts";

/** Milliseconds that a row waits, so that several are written together. */
const WRITE_MS = 250;
/** Most rows in one statement. */
const BATCH = 500;
/** Most rows that wait while the database is away; further ones are lost, and the log counts them. */
const WAITING_MAX = 10_000;
/** Tries to write the remaining rows at the end. */
const LAST_TRIES = 3;

/** Rows on their way to the database. */
export interface WriteQueue<T> {
  /** Never throws, never waits. @returns false: the row is lost, because the queue is full or closed */
  push(row: T): boolean;
  /** Writes what waits, together with whoever asks meanwhile. @throws DATABASE_UNAVAILABLE it waits on */
  flush(): Promise<void>;
  /** Writes all waiting rows and takes no more. */
  close(): Promise<void>;
}

/**
 * Opens a queue of rows: they are written a few times a second, many in one statement, in their order; a
 * crash loses what came since the last write. Who must not lose a row waits for `flush`.
 *
 * @param what name of the rows in the log: "events"
 * @param insert one statement; repeated with the same rows when its answer was lost
 */
export function openWriteQueue<T>(
  what: string,
  insert: (batch: readonly T[]) => Promise<unknown>,
  log: Pick<BaseLogger, "error" | "warn">,
): WriteQueue<T> {
  let waiting: T[] = [];
  let lost = 0;
  let closed = false;
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function soon(): void {
    if (timer || closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      flush().catch((error) => {
        log.warn({ err: error, waiting: waiting.length }, `${what} could not be written, will try again`);
        soon();
      });
    }, WRITE_MS);
    timer.unref();
  }

  async function writeWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      await answerWithin(insert(batch));
      waiting = waiting.slice(batch.length);
    }
    if (lost > 0) log.error({ lost }, `${what} were lost while the database was away`);
    lost = 0;
  }

  function begin(): Promise<void> {
    next = undefined;
    writing = writeWaiting().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  /** A statement that runs may lack the newest rows: then one more is for all who ask until it begins. */
  function flush(): Promise<void> {
    if (next) return next;
    if (!writing) return begin();
    next = writing.then(begin, begin);
    return next;
  }

  return {
    flush,
    push(row) {
      if (closed || waiting.length >= WAITING_MAX) {
        lost += 1;
        return false;
      }
      waiting.push(row);
      soon();
      return true;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const again = (_: unknown, attempt: number) => attempt < LAST_TRIES - 1;
      await retry(flush, { again, waitMs: () => 0 }).catch((error) =>
        log.error({ err: error, lost: waiting.length + lost }, `${what} were not written at the end`),
      );
    },
  };
}
