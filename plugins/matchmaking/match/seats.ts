import { type Queue, rolesOf } from "./queue.ts";
import type { Division } from "./sides.ts";
import type { ProposedSeat } from "./tickets.ts";

/** The places of a team: those with a role first. */
export function slotsOf({ teams }: Queue, { size, roles }: Queue["teams"][number]): number[] {
  const known = rolesOf(teams);
  const asked = Object.entries(roles).flatMap(([role, count]) =>
    new Array<number>(count).fill(1 << known.indexOf(role)),
  );
  return [...asked, ...new Array<number>(size - asked.length).fill(0)];
}

/** Who of a division plays where. */
export function seatsIn({ teams }: Queue, division: Division): ProposedSeat[][] {
  const roles = rolesOf(teams);
  return division.teams.map(({ tickets, slots }) =>
    tickets
      .flatMap(({ id, players }) => players.map((player) => ({ player: player.id, ticket: id })))
      .map((seat, index) => ({
        ...seat,
        role: slots[index] ? (roles[Math.log2(slots[index])] ?? null) : null,
      })),
  );
}
