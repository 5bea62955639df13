import { channel } from "node:diagnostics_channel";
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

/** A caught error, as published on the channel "roomkeep:fault". */
export interface RoomFault {
  readonly game: string;
  readonly roomId: string;
  readonly where: string;
  readonly error: unknown;
  /** How many of this place there were in the room. */
  readonly count: number;
}

const faults = channel("roomkeep:fault");

/** Whose message an error arose from. */
const culprits = new WeakMap<object, string>();

/** Notes that an error arose from a message of a player. @returns the error */
export function ofPlayer(error: unknown, sessionId: string): unknown {
  if (typeof error === "object" && error !== null) culprits.set(error, sessionId);
  return error;
}

const playerOf = (error: unknown) =>
  typeof error === "object" && error !== null ? culprits.get(error) : undefined;

/** Opens the fault book of one room: a fault stays in its room, named and counted. */
export function openFaults(
  log: () => Log | undefined,
  room: () => Pick<RoomFault, "game" | "roomId"> = () => ({ game: "none", roomId: "" }),
): Faults {
  const counts = new Map<string, number>();
  const note = (where: string, error: unknown): void => {
    const count = (counts.get(where) ?? 0) + 1;
    counts.set(where, count);
    if (faults.hasSubscribers) faults.publish({ ...room(), where, error, count } satisfies RoomFault);
    // A fault in every tick must not fill the disk: the 1st, 2nd, 4th, 8th … are written.
    if ((count & (count - 1)) !== 0) return;
    const player = playerOf(error);
    log()?.error({ err: error, where, count, ...(player && { player }) }, "fault in the room");
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
