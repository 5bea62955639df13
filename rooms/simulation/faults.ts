import type { Log } from "../ports/ports.ts";

/** The count of a room's faults. */
export interface Faults {
  /** How many were caught, by the place where they arose: "onTick", "system wander", "event picked". */
  readonly counts: ReadonlyMap<string, number>;
  /** Runs an action; an error is counted and goes no further. */
  attempt(where: string, action: () => void): void;
  /** Counts a fault that was caught elsewhere. */
  note(where: string, error: unknown): void;
}

/** Opens the fault book of one room: a fault stays in its room, named and counted. */
export function openFaults(log: () => Log | undefined): Faults {
  const counts = new Map<string, number>();
  const note = (where: string, error: unknown): void => {
    const count = (counts.get(where) ?? 0) + 1;
    counts.set(where, count);
    // A fault in every tick must not fill the disk: the 1st, 2nd, 4th, 8th … are written.
    if ((count & (count - 1)) === 0) log()?.error({ err: error, where, count }, "fault in the room");
  };
  return {
    counts,
    note,
    attempt(where, action) {
      try {
        action();
      } catch (error) {
        note(where, error);
      }
    },
  };
}
