/**
 * Waits `ms` milliseconds; rejects at once when `signal` aborts.
 *
 * @throws the reason of the signal
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** The error of a timeout, and what becomes of a late result: for {@link withTimeout}. */
export interface TimeoutOptions<T> {
  /** Makes the error that it rejects with. Default: "no answer in … ms". */
  readonly error?: (() => Error) | undefined;
  /** Receives a result that comes after the timeout, to release it. */
  readonly late?: ((value: T) => void) | undefined;
}

/**
 * Bounds the wait for a result. The work itself goes on, so the caller must bear that it succeeds later.
 *
 * @throws the error of the work, or {@link TimeoutOptions.error} after `ms`
 * @example
 * const seat = await withTimeout(5_000, joining, { late: (room) => void room.leave() });
 */
export function withTimeout<T>(
  ms: number,
  work: Promise<T>,
  { error, late }: TimeoutOptions<T> = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      reject(error ? error() : new Error(`no answer in ${ms} ms`));
    }, ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        if (expired) late?.(value);
        else resolve(value);
      },
      (cause: unknown) => {
        clearTimeout(timer);
        reject(cause);
      },
    );
  });
}

/**
 * Waits for `work`, at most `ms`. False: it has not ended yet, and goes on.
 *
 * @throws the error of work that fails in time; one that comes later is ignored
 */
export function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), Math.max(ms, 0));
    work.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
  });
}

/** When {@link retry} makes another attempt. */
export interface RetryOptions {
  /** True when another attempt is worth it. `attempt` counts from 0. */
  again(error: unknown, attempt: number): boolean;
  /** Pause after an attempt, ms; 0: none. Default {@link backoffMs}. */
  waitMs?(attempt: number): number;
  /** Aborted: no further attempt is made. */
  readonly signal?: AbortSignal;
}

/**
 * Calls `work` until it succeeds, with a pause between two attempts.
 *
 * @param work receives the number of the attempt, from 0
 * @throws the error of the last attempt; the reason of the signal when that was aborted
 * @example
 * const stacks = await retry(() => items.readIn("ground:meadow"), { again: (_, attempt) => attempt < 19 });
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  { again, waitMs = backoffMs, signal }: RetryOptions,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (!again(error, attempt)) throw error;
    }
    const ms = waitMs(attempt);
    if (ms > 0) await sleep(ms, signal);
  }
}

/**
 * Back-off with jitter, ms: clients that one restart disconnected must not all come back at the same moment.
 *
 * @param attempt counts from 0
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(Math.min(2_500, 200 * 1.8 ** attempt) * (0.65 + 0.7 * random()));
}

/** Work that runs one after the other for each key. */
export interface KeyedQueue<Key> {
  /**
   * Runs `work` once everything that was queued before it for any of the keys has ended, well or not.
   *
   * @throws the error of `work`
   */
  run<T>(keys: readonly Key[], work: () => Promise<T>): Promise<T>;
  /** How much is queued or runs for a key. */
  sizeOf(key: Key): number;
}

/**
 * Opens a queue. Different keys do not wait for each other, and a key without work takes no memory.
 *
 * @example
 * const queue = keyedQueue<string>();
 * const [a, b] = await Promise.all([queue.run(["ada"], first), queue.run(["ada", "bob"], second)]);
 */
export function keyedQueue<Key>(): KeyedQueue<Key> {
  const lines = new Map<Key, { last: Promise<unknown>; size: number }>();
  const lineOf = (key: Key) => {
    const line = lines.get(key) ?? { last: Promise.resolve(), size: 0 };
    lines.set(key, line);
    return line;
  };
  return {
    sizeOf: (key) => lines.get(key)?.size ?? 0,
    run(keys, work) {
      const own = [...new Set(keys)].map((key) => ({ key, line: lineOf(key) }));
      const done = Promise.all(own.map(({ line }) => line.last)).then(work);
      const ended = done.then(
        () => {},
        () => {},
      );
      for (const { key, line } of own) {
        line.last = ended;
        line.size += 1;
        void ended.then(() => {
          line.size -= 1;
          if (line.size === 0) lines.delete(key);
        });
      }
      return done;
    },
  };
}
