import { randomUUID } from "node:crypto";
import type { Db } from "roomkeep/server";
import { propose } from "../match/propose.ts";
import { ladderOf, type Queue } from "../match/queue.ts";
import type { Apart } from "../match/sides.ts";
import type { MatchTicket, Proposal } from "../match/tickets.ts";
import { holdLease } from "./lease.ts";
import { readOpenings, readWaiting } from "./waiting-rows.ts";

/** Matches that one pass writes at most; the others come a second later. */
const MATCHES_MAX = 200;

/** Reads whom accounts have blocked. */
export type ReadBlocks = (accounts: readonly string[]) => Promise<{ account: string; blocked: string }[]>;

/** Proposals of a pass, with the tickets that they are made of. */
export interface Proposed {
  readonly proposals: readonly Proposal[];
  readonly tickets: ReadonlyMap<string, MatchTicket>;
}

/** Reads who waits, and finds matches. Changes nothing. */
export async function proposeMatches(db: Db, queue: Queue, readBlocks: ReadBlocks): Promise<Proposed> {
  const [tickets, openings] = [await readWaiting(db, queue), await readOpenings(db, queue)];
  if (tickets.length === 0) return { proposals: [], tickets: new Map() };
  const here = [
    ...tickets.flatMap(({ players }) => players.map(({ id }) => id)),
    ...openings.flatMap(({ teams }) => teams.flatMap(({ players }) => players)),
  ];
  const proposals = propose(queue, { tickets, openings, apart: apartBy(await readBlocks(here)) });
  return {
    proposals: proposals.slice(0, MATCHES_MAX),
    tickets: new Map(tickets.map((ticket) => [ticket.id, ticket])),
  };
}

/** It does not matter who has blocked whom. */
function apartBy(blocks: readonly { account: string; blocked: string }[]): Apart {
  if (blocks.length === 0) return () => false;
  const pairs = new Set(blocks.flatMap(({ account: a, blocked: b }) => [`${a} ${b}`, `${b} ${a}`]));
  return (a, b) => pairs.has(`${a} ${b}`);
}

/**
 * Writes proposals down, within a transaction: of each all tickets wait yet, or nothing of it is written.
 *
 * @returns accounts of the matches that were made, and how many there are
 */
export async function writeMatches(
  db: Db,
  queue: Queue,
  owner: string,
  { proposals, tickets }: Proposed,
): Promise<{ told: string[]; matches: number }> {
  if (proposals.length === 0 || !(await holdLease(db, queue.name, owner))) return NOTHING;
  const matches = proposals.map((proposal) => ({ id: randomUUID(), ...proposal }));
  const readyS = queue.ready ? queue.ready.seconds : null;
  const isChecked = (match: string | undefined) => readyS !== null || match !== undefined;
  await db.query(
    `INSERT INTO matchmaking_match (id, queue, state, into_id, seats, region, properties, ready_until, backfill)
     SELECT id, $1, state, into_id, seats, region, properties,
       clock_timestamp() + make_interval(secs => $2::float8), $3
     FROM jsonb_to_recordset($4::jsonb) AS p
       (id uuid, state text, into_id uuid, seats integer, region text, properties jsonb)
     WHERE p.into_id IS NULL
       OR EXISTS (SELECT 1 FROM matchmaking_match r WHERE r.id = p.into_id AND r.state = 'open')`,
    [
      queue.name,
      readyS ?? DEFAULT_READY_S,
      queue.backfill,
      JSON.stringify(
        matches.map(({ id, match, region, properties, teams }) => ({
          id,
          state: isChecked(match) ? "ready" : "opening",
          into_id: match ?? null,
          seats: teams.flat().length,
          region: region ?? null,
          properties,
        })),
      ),
    ],
  );
  const wanted = matches.flatMap(({ id, tickets: own }) => own.map((ticket) => ({ match: id, ticket })));
  const [taken] = await db.query<[{ ticket: string; match: string }[], number]>(
    `UPDATE matchmaking_ticket t SET match_id = p.match
     FROM jsonb_to_recordset($1::jsonb) AS p (match uuid, ticket uuid)
     JOIN matchmaking_match m ON m.id = p.match
     WHERE t.id = p.ticket AND t.match_id IS NULL
       AND (SELECT count(*) FROM matchmaking_member WHERE ticket_id = t.id)
         = ($2::jsonb ->> p.ticket::text)::int
     RETURNING t.id AS ticket, p.match`,
    [
      JSON.stringify(wanted),
      JSON.stringify(
        Object.fromEntries(wanted.map(({ ticket }) => [ticket, tickets.get(ticket)?.players.length])),
      ),
    ],
  );
  const count = new Map<string, number>();
  for (const { match } of taken) count.set(match, (count.get(match) ?? 0) + 1);
  const [made, torn] = [[] as typeof matches, [] as string[]];
  for (const match of matches)
    if (count.get(match.id) === match.tickets.length) made.push(match);
    else torn.push(match.id);
  // Its tickets wait on: somebody has left meanwhile.
  await db.query("DELETE FROM matchmaking_match WHERE id = ANY($1::uuid[])", [torn]);
  const seats = made.flatMap(({ id, teams }) =>
    teams.flatMap((team, index) =>
      team.map(({ player, ticket, role }) => {
        const { waitedS = 0, players = [] } = tickets.get(ticket) ?? {};
        const { mu, sigma } = players.find((one) => one.id === player) ?? queue.rating;
        return { match: id, account: player, ticket, team: index, role, waited: waitedS, mu, sigma };
      }),
    ),
  );
  await db.query(
    `INSERT INTO matchmaking_seat (match_id, account_id, ticket_id, team, role, waited_s, mu, sigma)
     SELECT match, account, ticket, team, role, waited, mu, sigma FROM jsonb_to_recordset($1::jsonb) AS s
       (match uuid, account uuid, ticket uuid, team integer, role text, waited float8, mu float8, sigma float8)`,
    [JSON.stringify(seats)],
  );
  return {
    told: seats.map(({ account }) => account),
    matches: made.length,
  };
}

const NOTHING = { told: [], matches: 0 };
/** Time, s, for who is to fill up a running match in a queue without a ready check. */
const DEFAULT_READY_S = 15;

/** How long those of a like rating have waited of late, s. */
export async function readWaits(db: Db, queue: Queue, rating: number): Promise<number[]> {
  const rows = await db.query<{ waited: number }[]>(
    `SELECT waited FROM (
       SELECT s.waited_s AS waited, s.mu FROM matchmaking_match m JOIN matchmaking_seat s ON s.match_id = m.id
       WHERE m.queue = $1 AND m.created_at > now() - interval '1 hour' ORDER BY m.created_at DESC LIMIT 500
     ) AS latest ORDER BY abs(mu - $2::float8) LIMIT 50`,
    [queue.name, rating],
  );
  return rows.map(({ waited }) => waited);
}

/** The rating with which an account waits. */
export async function ratingIn(db: Db, queue: Queue, account: string) {
  const [row] = await db.query<{ mu: number; sigma: number; games: number }[]>(
    "SELECT mu, sigma, games FROM matchmaking_rating WHERE account_id = $1 AND ladder = $2",
    [account, ladderOf(queue)],
  );
  return row ?? { mu: queue.rating.mu, sigma: queue.rating.sigma, games: 0 };
}
