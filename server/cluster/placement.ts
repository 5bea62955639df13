import type { Member } from "./member.ts";

/** Above these a process gets no new room while another one is below: parts of its time and of its memory. */
const BUSY_MAX = 0.75;
const MEMORY_MAX = 0.85;
/** A process with this many players counts as full, for comparing. */
const PLAYERS_FULL = 1_000;

/** Chooses the process that a new room is opened in. */
export interface Placement {
  /** Undefined: there is none that takes rooms. */
  choose(living: readonly Member[]): string | undefined;
}

/** How full a process is: by whichever it has least of, players, time or memory. 0 to 1 and beyond. */
export function fullness({ players, busy, memory }: Member): number {
  return Math.max(players / PLAYERS_FULL, busy / BUSY_MAX, memory / MEMORY_MAX);
}

/**
 * New rooms go where there is most room. Loads are up to a second old: rooms that were placed since are counted, so
 * that a burst does not all go to one process.
 *
 * @param roomWeight how full a room that was just placed makes a process, until it is heard of again
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
          // A step of 5 % is worth a look, less is noise: then the one with fewer rooms has it.
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
