import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { JoinOutcome } from "../../../rooms/internal.ts";

/** The joins of a process since they were last taken, by outcome. */
export interface JoinCounts {
  take(): Record<string, number>;
  close(): void;
}

/** Counts joins by their outcome: codes are those of docs/errors.md, so that there are only so many. */
export function openJoinCounts(): JoinCounts {
  let counts: Record<string, number> = {};
  const listen = (message: unknown): void => {
    const { outcome } = message as JoinOutcome;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  };
  subscribe("roomkeep:join", listen);
  return {
    take() {
      const taken = counts;
      counts = {};
      return taken;
    },
    close: () => void unsubscribe("roomkeep:join", listen),
  };
}
