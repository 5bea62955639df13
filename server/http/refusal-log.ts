import type { Logger } from "pino";

/** Between two lines of one kind, ms. */
const EVERY_MS = 5_000;

/**
 * Logs refusals: the first of a kind at once, those after it as one line with their count, so that nobody fills the
 * disk by being refused.
 *
 * @param everyMs least time between two lines of a kind
 * @returns notes one refusal. `reason` is one of few words of ours, never text from the wire.
 */
export function openRefusalLog(log: Logger, everyMs = EVERY_MS): (reason: string, address: string) => void {
  const waiting = new Map<string, { count: number; address: string }>();

  function tell(reason: string): void {
    const { count = 0, address } = waiting.get(reason) ?? {};
    waiting.delete(reason);
    if (count === 0) return;
    log.warn({ reason, address, count }, "turned away at the front door");
    waiting.set(reason, { count: 0, address: "" });
    setTimeout(tell, everyMs, reason).unref();
  }

  return (reason, address) => {
    const known = waiting.get(reason);
    waiting.set(reason, { count: (known?.count ?? 0) + 1, address });
    if (!known) tell(reason);
  };
}
