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
  /** Never throws, never waits. */
  push(row: T): void;
  /** Writes all waiting rows. @throws DATABASE_UNAVAILABLE they go on waiting */
  flush(): Promise<void>;
  /** Writes all waiting rows and takes no more. */
  close(): Promise<void>;
}

/**
 * Opens a queue of rows whose writes no caller waits for: a few times a second they are written in order,
 * many in one statement. A crash loses the rows since the last write.
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
  let writing: Promise<void> = Promise.resolve();
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

  function flush(): Promise<void> {
    writing = writing.then(writeWaiting, writeWaiting);
    return writing;
  }

  return {
    flush,
    push(row) {
      if (closed || waiting.length >= WAITING_MAX) {
        lost += 1;
        return;
      }
      waiting.push(row);
      soon();
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
