import type { Logger } from "pino";

/** Least time between two lines of one reason, ms. */
const EVERY_MS = 5_000;

/**
 * Logs refusals: the first of a reason at once, later ones as one line with their count, so that refused
 * requests cannot fill the disk.
 *
 * @param everyMs least time between two lines of a reason
 * @returns logs one refusal. `reason` is one of a few fixed words, never text of a request.
 */
export function openRefusalLog(log: Logger, everyMs = EVERY_MS): (reason: string, address: string) => void {
  const waiting = new Map<string, { count: number; address: string }>();

  function tell(reason: string): void {
    const { count = 0, address } = waiting.get(reason) ?? {};
    waiting.delete(reason);
    if (count === 0) return;
    log.warn({ reason, address, count }, "requests were refused");
    waiting.set(reason, { count: 0, address: "" });
    setTimeout(tell, everyMs, reason).unref();
  }

  return (reason, address) => {
    const known = waiting.get(reason);
    waiting.set(reason, { count: (known?.count ?? 0) + 1, address });
    if (!known) tell(reason);
  };
}
