import type { MatchTicket } from "./tickets.ts";

/** Ways of dividing tickets that are tried at most: the first is a good one, further ones are better. */
const TRIES_BEST = 3_000;
const TRIES_ANY = 600;

/** Whether two accounts may not be in one team. */
export type Apart = (a: string, b: string) => boolean;

/** A place of a team: the bit of its role, or 0: it is for anybody. */
export type Slot = number;

/** A team that is to be filled. */
export interface Side {
  readonly free: readonly Slot[];
  /** Who is in it already. */
  readonly players?: readonly string[];
}

/** Tickets by team, and in each team the place of each player. */
export interface Division {
  readonly teams: readonly { readonly tickets: readonly MatchTicket[]; readonly slots: readonly Slot[] }[];
  /** Highest less lowest mean rating of the teams. */
  readonly difference: number;
}

interface Filling {
  readonly side: Side;
  readonly index: number;
  readonly tickets: MatchTicket[];
  taken: number;
  sum: number;
}

/**
 * Divides tickets into teams, each ticket whole: no team has more than its places, each role has a player who
 * offers it, and nobody is with somebody they are to be apart from. Of the ways that are tried, those first
 * that promise most, the one with the least difference is taken.
 *
 * @param isPart places may stay free: only whether it can be done is asked
 */
export function divide(
  sides: readonly Side[],
  tickets: readonly MatchTicket[],
  apart: Apart,
  isPart = false,
): Division | undefined {
  const teams: Filling[] = sides.map((side, index) => ({ side, index, tickets: [], taken: 0, sum: 0 }));
  const order = [...tickets].sort(
    (a, b) => b.players.length - a.players.length || sumOf(b) - sumOf(a) || (a.id < b.id ? -1 : 1),
  );
  const isSolo = sides.every(({ free }) => free.length <= 1);
  let tries = isPart ? TRIES_ANY : TRIES_BEST;
  let best: { teams: MatchTicket[][]; difference: number } | undefined;

  const place = (at: number): void => {
    const ticket = order[at];
    if (!ticket) {
      const difference = differenceOf(teams);
      if (!best || difference < best.difference)
        best = { teams: teams.map((team) => [...team.tickets]), difference };
      if (isPart || isSolo || difference === 0) tries = 0;
      return;
    }
    const size = ticket.players.length;
    const sum = sumOf(ticket);
    const open = teams.filter(({ side, taken }) => taken + size <= side.free.length);
    const seen = new Set<string>();
    for (const team of open.sort((a, b) => strength(a) - strength(b) || a.index - b.index)) {
      if (tries <= 0) return;
      // Of empty teams that are alike one is tried.
      const kind = team.taken === 0 && !team.side.players?.length ? team.side.free.join() : `#${team.index}`;
      if (seen.has(kind)) continue;
      seen.add(kind);
      tries--;
      if (!takes(team, ticket, apart)) continue;
      team.tickets.push(ticket);
      team.taken += size;
      team.sum += sum;
      place(at + 1);
      team.tickets.pop();
      team.taken -= size;
      team.sum -= sum;
    }
  };
  place(0);
  if (!best) return undefined;
  return {
    difference: best.difference,
    teams: best.teams.map((own, index) => ({
      tickets: own,
      slots: fillSlots(sides[index]?.free ?? [], own) ?? [],
    })),
  };
}

const sumOf = ({ players }: MatchTicket) => players.reduce((sum, { mu }) => sum + mu, 0);
const strength = ({ sum, side }: Filling) => sum / Math.max(1, side.free.length);

function differenceOf(teams: readonly Filling[]): number {
  const means = teams.filter(({ taken }) => taken > 0).map(({ sum, taken }) => sum / taken);
  return means.length < 2 ? 0 : Math.max(...means) - Math.min(...means);
}

function takes({ side, tickets }: Filling, ticket: MatchTicket, apart: Apart): boolean {
  const others = [...(side.players ?? []), ...tickets.flatMap(({ players }) => players.map(({ id }) => id))];
  if (ticket.players.some(({ id }) => others.some((other) => apart(id, other)))) return false;
  return side.free.every((slot) => slot === 0) || fillSlots(side.free, [...tickets, ticket]) !== undefined;
}

/**
 * Gives each player of the tickets a place that they offer, by augmenting paths; undefined: there is no way.
 * Places with a role are filled first.
 */
function fillSlots(slots: readonly Slot[], tickets: readonly MatchTicket[]): Slot[] | undefined {
  const offers = tickets.flatMap(({ players }) => players.map(({ roles }) => roles));
  const holder = new Array<number>(slots.length).fill(-1);
  const seek = (player: number, visited: Set<number>): boolean => {
    for (const [at, slot] of slots.entries()) {
      if (visited.has(at) || (slot !== 0 && (slot & (offers[player] ?? 0)) === 0)) continue;
      visited.add(at);
      const other = holder[at] ?? -1;
      if (other >= 0 && !seek(other, visited)) continue;
      holder[at] = player;
      return true;
    }
    return false;
  };
  for (const player of offers.keys()) if (!seek(player, new Set())) return undefined;
  return offers.map((_, player) => slots[holder.indexOf(player)] ?? 0);
}
