import type { Member } from "./member.ts";

/** Loads at which a process counts as full: shares of its time and of its memory. */
const BUSY_MAX = 0.75;
const MEMORY_MAX = 0.85;
/** Players at which a process counts as full. */
const PLAYERS_FULL = 1_000;

/** Chooses the process that a new room is opened in. */
export interface Placement {
  /** One that takes rooms, else any living one; undefined: no process lives. */
  choose(living: readonly Member[]): string | undefined;
}

/** How full a process is, by its scarcest resource: players, time or memory. 0 to 1 and beyond. */
export function fullness({ players, busy, memory }: Member): number {
  return Math.max(players / PLAYERS_FULL, busy / BUSY_MAX, memory / MEMORY_MAX);
}

/**
 * Places each new room in the least loaded process. Loads are up to a second old, so rooms that were placed
 * since are counted: a burst does not all go to one process.
 *
 * @param roomWeight what a newly placed room adds to the fullness of a process, until its next heartbeat
 */
export function openPlacement(roomWeight = 0.02): Placement {
  const placed = new Map<string, { seen: Member; rooms: number }>();
  const expected = (member: Member) => {
    const since = placed.get(member.processId);
    return { full: fullness(member), rooms: since?.seen === member ? since.rooms : 0 };
  };
  return {
    choose(living) {
      const taking = living.filter(({ closed }) => !closed);
      const [best] = (taking.length > 0 ? taking : living)
        .map((member) => {
          const { full, rooms } = expected(member);
          // Differences below 5 % are noise: then the process with fewer rooms is chosen.
          return { member, full: Math.round((full + rooms * roomWeight) * 20), rooms: member.rooms + rooms };
        })
        .sort((a, b) => a.full - b.full || a.rooms - b.rooms);
      if (!best) return undefined;
      const { member } = best;
      placed.set(member.processId, { seen: member, rooms: expected(member).rooms + 1 });
      for (const id of placed.keys())
        if (!living.some(({ processId }) => processId === id)) placed.delete(id);
      return member.processId;
    },
  };
}
