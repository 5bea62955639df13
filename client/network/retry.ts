/**
 * Back-off with jitter, ms: clients that one restart disconnected shall not all come back in the same moment.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(Math.min(2_500, 200 * 1.8 ** attempt) * (0.65 + 0.7 * random()));
}

/** When {@link retry} goes on. */
export interface RetryOptions {
  /** True when another attempt is worth it. `attempt` counts from 0. */
  again(error: unknown, attempt: number): boolean;
  /** Aborted: no further attempt is made. */
  signal: AbortSignal;
}

/**
 * Calls `work` until it succeeds, with {@link backoffMs} between two attempts.
 *
 * @param work gets the number of the attempt, from 0
 * @throws the error of the last attempt; the signal's reason when that was aborted
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  { again, signal }: RetryOptions,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (!again(error, attempt)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
  }
}

/**
 * Bounds the wait for an answer: a server that is just starting, or a network that loses packets, may never
 * answer.
 *
 * @param late gets a result that comes after the timeout, to release it
 * @throws Error when `ms` have passed
 */
export function withTimeout<T>(
  ms: number,
  promise: Promise<T>,
  late: (value: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      reject(new Error("The server takes too long to answer. Try again in a moment."));
    }, ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        if (expired) late(value);
        else resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
