import type { Db } from "roomkeep/server";
import { propertySets, type TicketCriteria, ticketOf } from "../match/criteria.ts";
import { ladderOf, type Queue, rolesOf } from "../match/queue.ts";
import { slotsOf } from "../match/seats.ts";
import type { MatchTicket, Opening } from "../match/tickets.ts";

/** Tickets that a pass looks at; the longest waiting ones. */
const TICKETS_MAX = 5_000;
/** Running matches that a pass fills up. */
const OPENINGS_MAX = 200;

interface WaitingRow {
  readonly id: string;
  readonly properties: TicketCriteria["properties"];
  readonly waited: number;
  readonly account: string;
  readonly roles: string[];
  readonly latency: Record<string, number>;
  readonly mu: number;
  readonly sigma: number;
}

/** The tickets that wait in a queue, as the matcher has them. */
export async function readWaiting(db: Db, queue: Queue): Promise<MatchTicket[]> {
  const rows = await db.query<WaitingRow[]>(
    `SELECT t.id, t.properties, extract(epoch FROM clock_timestamp() - t.created_at)::float8 AS waited,
       m.account_id AS account, m.roles, m.latency,
       COALESCE(r.mu, $3::float8) AS mu, COALESCE(r.sigma, $4::float8) AS sigma
     FROM (SELECT id, properties, created_at FROM matchmaking_ticket
       WHERE queue = $1 AND match_id IS NULL ORDER BY created_at LIMIT ${TICKETS_MAX}) AS t
     JOIN matchmaking_member m ON m.ticket_id = t.id
     LEFT JOIN matchmaking_rating r ON r.account_id = m.account_id AND r.ladder = $2
     ORDER BY t.id, m.account_id`,
    [queue.name, ladderOf(queue), queue.rating.mu, queue.rating.sigma],
  );
  const byTicket = new Map<string, WaitingRow[]>();
  for (const row of rows) byTicket.set(row.id, [...(byTicket.get(row.id) ?? []), row]);
  return [...byTicket].flatMap(([id, [first, ...others]]) =>
    first
      ? [
          ticketOf(queue, {
            id,
            waitedS: first.waited,
            properties: first.properties,
            players: [first, ...others].map(({ account, ...member }) => ({ ...member, id: account })),
          }),
        ]
      : [],
  );
}

interface OpeningRow {
  readonly id: string;
  readonly region: string | null;
  readonly properties: TicketCriteria["properties"];
  readonly seats: readonly { team: number; role: string | null; account: string; mu: number }[];
}

/** Free places of running matches: nobody has them, and nobody is being asked for them. */
export async function readOpenings(db: Db, queue: Queue): Promise<Opening[]> {
  if (!queue.backfill) return [];
  const rows = await db.query<OpeningRow[]>(
    `SELECT m.id, m.region, m.properties, jsonb_agg(jsonb_build_object(
       'team', s.team, 'role', s.role, 'account', s.account_id, 'mu', s.mu)) AS seats
     FROM matchmaking_match m JOIN matchmaking_match near ON near.id = m.id OR near.into_id = m.id
     JOIN matchmaking_seat s ON s.match_id = near.id AND s.left_at IS NULL
     WHERE m.queue = $1 AND m.state = 'open' AND m.backfill AND m.rated_at IS NULL
     GROUP BY m.id HAVING count(*) < $2 ORDER BY m.id LIMIT ${OPENINGS_MAX}`,
    [queue.name, queue.teams.reduce((sum, { size }) => sum + size, 0)],
  );
  return rows.map((row) => openingOf(queue, row));
}

function openingOf(queue: Queue, { id, region, properties, seats }: OpeningRow): Opening {
  const roles = rolesOf(queue.teams);
  const at = queue.regions?.list.findIndex(({ name }) => name === region) ?? -1;
  return {
    match: id,
    ...propertySets(queue, properties),
    region: at < 0 ? undefined : at,
    rating: seats.reduce((sum, { mu }) => sum + mu, 0) / Math.max(1, seats.length),
    teams: queue.teams.map((team, index) => {
      const own = seats.filter((seat) => seat.team === index);
      const free = slotsOf(queue, team);
      for (const { role } of own) {
        const taken = free.indexOf(role === null ? 0 : 1 << roles.indexOf(role));
        if (taken >= 0) free.splice(taken, 1);
      }
      return { free, players: own.map(({ account }) => account) };
    }),
  };
}
