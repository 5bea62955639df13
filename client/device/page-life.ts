/**
 * Calls back when somebody is back at the page: it is shown again, thawed, or the device has a network again.
 * Several may come at once.
 *
 * @returns stops
 */
export function onReturn(back: () => void): () => void {
  return listen((signal) => {
    document.addEventListener("visibilitychange", () => !document.hidden && back(), { signal });
    document.addEventListener("resume", back, { signal });
    addEventListener("pageshow", back, { signal });
    addEventListener("online", back, { signal });
  });
}

/**
 * Calls back when the page may not run again soon: it is hidden, frozen or left. A phone that is locked tells
 * no more than this.
 *
 * @returns stops
 */
export function onAway(away: () => void): () => void {
  return listen((signal) => {
    document.addEventListener("visibilitychange", () => document.hidden && away(), { signal });
    document.addEventListener("freeze", away, { signal });
    addEventListener("pagehide", away, { signal });
  });
}

/** A pause that ends early when somebody is back at the page, or with the signal. */
export function pauseUntilReturn(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const stop = onReturn(end);
    signal?.addEventListener("abort", end, { once: true });
  });
}

function listen(add: (signal: AbortSignal) => void): () => void {
  // A session without a page, such as a test's.
  if (typeof document === "undefined") return () => {};
  const abort = new AbortController();
  add(abort.signal);
  return () => abort.abort();
}
