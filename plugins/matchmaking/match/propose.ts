import { openGroup, type Waiting, waitingOf } from "./group.ts";
import { type Neighbours, openNeighbours } from "./neighbours.ts";
import { fillOpenings } from "./openings.ts";
import { type Queue, seatsOf } from "./queue.ts";
import { seatsIn, slotsOf } from "./seats.ts";
import { type Apart, divide, type Side } from "./sides.ts";
import type { MatchTicket, MatchValue, Opening, Proposal } from "./tickets.ts";

/** What a pass looks at. */
export interface Pool {
  readonly tickets: readonly MatchTicket[];
  /** Free places of running matches, which are filled first. */
  readonly openings?: readonly Opening[];
  /** Whether two accounts may not be in one team; nobody when absent. */
  readonly apart?: Apart;
  /** Tickets that a match is sought for, at most: those that wait for longest. Default 5,000. */
  readonly anchorsMax?: number;
}

const ANCHORS_MAX = 5_000;
/** Neighbours that are looked at for one ticket: so many for each player of a match, and some more. */
const LOOKS_PER_SEAT = 4;
const LOOKS = 48;

/**
 * Finds tickets that play together: those that wait for longest first, each with its nearest by rating. Pure:
 * the same pool gives the same proposals, in whatever order its tickets are. Its time grows with the tickets,
 * not with their square.
 *
 * @returns proposals with no ticket in two of them
 */
export function propose(queue: Queue, pool: Pool): Proposal[] {
  const { tickets, openings = [], apart = () => false, anchorsMax = ANCHORS_MAX } = pool;
  const parts = new Map<string, Waiting[]>();
  for (const ticket of tickets) {
    const part = parts.get(ticket.same) ?? [];
    part.push(waitingOf(queue, ticket));
    parts.set(ticket.same, part);
  }
  const proposals: Proposal[] = [];
  for (const [same, waiting] of [...parts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const neighbours = openNeighbours(waiting);
    const here = openings.filter((opening) => opening.same === same);
    proposals.push(...fillOpenings(queue, here, neighbours, apart));
    proposals.push(...formMatches(queue, neighbours, apart, anchorsMax));
  }
  return proposals;
}

function* formMatches(queue: Queue, neighbours: Neighbours, apart: Apart, most: number): Generator<Proposal> {
  const sides = queue.teams.map((team): Side => ({ free: slotsOf(queue, team) }));
  const hasRoles = sides.some(({ free }) => free.some((slot) => slot !== 0));
  let left = most;
  for (const anchor of neighbours.byWaiting()) {
    if (left-- <= 0) return;
    const found = gather(queue, anchor, neighbours, { sides, hasRoles, apart });
    if (!found) continue;
    for (const { id } of found.tickets) neighbours.take(id);
    yield found.proposal;
  }
}

interface Making {
  readonly sides: readonly Side[];
  readonly hasRoles: boolean;
  readonly apart: Apart;
}

function gather(
  queue: Queue,
  anchor: Waiting,
  neighbours: Neighbours,
  { sides, hasRoles, apart }: Making,
): { tickets: readonly MatchTicket[]; proposal: Proposal } | undefined {
  const seats = seatsOf(queue);
  const group = openGroup(anchor);
  if (group.regions === 0) return undefined;
  let isMixed = anchor.ticket.players.length > 1;
  let looks = LOOKS + LOOKS_PER_SEAT * seats;
  for (const one of neighbours.around(anchor)) {
    if (group.players === seats || looks-- <= 0) break;
    if (group.players + one.ticket.players.length > seats || !group.add(one)) continue;
    isMixed ||= one.ticket.players.length > 1;
    const { players } = one.ticket;
    const isApart = group.tickets.some(
      (other) => other !== one.ticket && other.players.some((a) => players.some((b) => apart(a.id, b.id))),
    );
    // Single players without roles fit into any teams.
    if ((isMixed || hasRoles || isApart) && !divide(sides, group.tickets, apart, true)) group.undo();
  }
  if (group.players !== seats) return undefined;
  const division = divide(sides, group.tickets, apart);
  if (!division || division.difference > anchor.range) return undefined;
  return {
    tickets: group.tickets,
    proposal: {
      match: undefined,
      tickets: group.tickets.map(({ id }) => id).sort(),
      teams: seatsIn(queue, division),
      region: nearestRegion(queue, group.tickets, group.regions),
      properties: chosenOf(queue, group.tickets, group.any),
      difference: division.difference,
    },
  };
}

/** The region whose worst latency is least. */
function nearestRegion({ regions }: Queue, tickets: readonly MatchTicket[], set: number) {
  let best: { name: string; ms: number } | undefined;
  for (const [index, { name }] of (regions?.list ?? []).entries()) {
    if ((set & (1 << index)) === 0) continue;
    const ms = Math.max(...tickets.map(({ latency }) => latency[index] ?? Infinity));
    if (!best || ms < best.ms) best = { name, ms };
  }
  return best?.name;
}

function chosenOf({ properties }: Queue, tickets: readonly MatchTicket[], any: readonly number[]) {
  const chosen: Record<string, MatchValue> = {};
  const same = JSON.parse(tickets[0]?.same ?? "[]") as MatchValue[];
  const at = { same: 0, any: 0, near: 0 };
  for (const [name, rule] of Object.entries(properties)) {
    const index = at[rule.kind]++;
    if (rule.kind === "same") chosen[name] = same[index] ?? (rule.values[0] as MatchValue);
    else if (rule.kind === "any") {
      const set = any[index] ?? 0;
      chosen[name] = rule.values.find((_, bit) => (set & (1 << bit)) !== 0) as MatchValue;
    } else
      chosen[name] =
        tickets.reduce((sum, { near }) => sum + (near[index] ?? 0), 0) / Math.max(1, tickets.length);
  }
  return chosen;
}
