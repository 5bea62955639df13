import { setTimeout as sleep } from "node:timers/promises";

/** Time, ms, that work beside the rooms takes at once, and then leaves to them. */
const WORK_MS = 4;
const REST_MS = 4;

/**
 * Cuts long work into slices, so that the rooms of the process go on ticking: call it often.
 *
 * @param now a monotonic clock, ms
 */
export function openSlices(now = () => performance.now()): () => Promise<void> | undefined {
  let until = now() + WORK_MS;
  return () => {
    if (now() < until) return undefined;
    return sleep(REST_MS).then(() => {
      until = now() + WORK_MS;
    });
  };
}
