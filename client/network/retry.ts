/** Back-off with jitter: people whom one restart threw out shall not knock at the same moment. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(Math.min(2_500, 200 * 1.8 ** attempt) * (0.65 + 0.7 * random()));
}

/**
 * Bounds the wait for an answer: a server that is just starting, or a network that swallows, may never answer.
 *
 * @param late gets what comes after all, to be given back
 * @throws Error when `ms` have passed
 */
export function withTimeout<T>(ms: number, promise: Promise<T>, late: (value: T) => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      reject(new Error("The server takes too long to answer. Try again in a moment."));
    }, ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        if (over) late(value);
        else resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
