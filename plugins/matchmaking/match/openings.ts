import type { Neighbours } from "./neighbours.ts";
import type { Queue } from "./queue.ts";
import { seatsIn } from "./seats.ts";
import { type Apart, divide, type Side } from "./sides.ts";
import type { MatchTicket, Opening, Proposal } from "./tickets.ts";

/** Tickets that are looked at for the free places of one match. */
const LOOKS = 200;

/** Fills free places of running matches, each ticket whole and into one team. */
export function* fillOpenings(
  queue: Queue,
  openings: readonly Opening[],
  neighbours: Neighbours,
  apart: Apart,
): Generator<Proposal> {
  for (const opening of [...openings].sort((a, b) => (a.match < b.match ? -1 : 1))) {
    const sides: Side[] = opening.teams.map(({ free, players }) => ({ free, players }));
    const seats = sides.reduce((sum, { free }) => sum + free.length, 0);
    const chosen: MatchTicket[] = [];
    let players = 0;
    let looks = LOOKS;
    for (const { ticket, rating, range, regions, near } of neighbours.near(opening.rating)) {
      if (players === seats || looks-- <= 0) break;
      const fits =
        players + ticket.players.length <= seats &&
        Math.abs(rating - opening.rating) <= range &&
        (opening.region === undefined || (regions & (1 << opening.region)) !== 0) &&
        ticket.any.every((set, index) => (set & (opening.any[index] ?? 0)) !== 0) &&
        near.every(
          (within, index) => Math.abs((ticket.near[index] ?? 0) - (opening.near[index] ?? 0)) <= within,
        );
      if (!fits || !divide(sides, [...chosen, ticket], apart, true)) continue;
      chosen.push(ticket);
      players += ticket.players.length;
    }
    const division = chosen.length > 0 && divide(sides, chosen, apart);
    if (!division) continue;
    for (const { id } of chosen) neighbours.take(id);
    yield {
      match: opening.match,
      tickets: chosen.map(({ id }) => id).sort(),
      teams: seatsIn(queue, division),
      region: opening.region === undefined ? undefined : queue.regions?.list[opening.region]?.name,
      properties: {},
      difference: division.difference,
    };
  }
}
