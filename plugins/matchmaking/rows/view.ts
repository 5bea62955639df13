import type { Db } from "roomkeep/server";
import { estimateWait } from "../match/estimate.ts";
import type { Queue } from "../match/queue.ts";
import { shownRating } from "../match/ratings.ts";
import { ratingIn, readWaits } from "./pass.ts";

/** What an account sees of its ticket. */
export interface TicketView {
  /** `ready`: a ready check runs; `opening`: all are ready; `open`: the room waits. */
  readonly state: "none" | "waiting" | "ready" | "opening" | "open";
  readonly queue: string | null;
  /** Accounts of the ticket. */
  readonly party: number;
  /** Seconds that it has waited, and that it is going to, if that can be told. */
  readonly waitedS: number | null;
  readonly estimateS: number | null;
  readonly match: string | null;
  /** Seconds that the ready check goes on. */
  readonly leftS: number | null;
  readonly isReady: boolean;
  /** How many of how many are ready. */
  readonly ready: number;
  readonly seats: number;
  readonly team: number | null;
  readonly role: string | null;
  /** Of the room, once it is open. */
  readonly game: string | null;
  readonly code: string | null;
  /** Seconds until the account may join a queue. */
  readonly penaltyS: number | null;
}

interface Row {
  readonly queue: string;
  readonly party: number;
  readonly waited: number;
  readonly match: string | null;
  readonly state: "ready" | "opening" | "open" | "over" | null;
  readonly left: number | null;
  readonly is_ready: boolean | null;
  readonly ready: number;
  readonly seats: number | null;
  readonly team: number | null;
  readonly role: string | null;
  readonly room: string | null;
}

/** Reads it. */
export async function viewTicket(db: Db, queues: readonly Queue[], account: string): Promise<TicketView> {
  const [row] = await db.query<Row[]>(
    `SELECT t.queue, m.id AS match, m.state, m.seats, m.room_id AS room, s.team, s.role, s.is_ready,
       (SELECT count(*)::int FROM matchmaking_member WHERE ticket_id = t.id) AS party,
       extract(epoch FROM clock_timestamp() - t.created_at)::float8 AS waited,
       extract(epoch FROM m.ready_until - clock_timestamp())::float8 AS left,
       (SELECT count(*)::int FROM matchmaking_seat WHERE match_id = m.id AND is_ready) AS ready
     FROM matchmaking_member own JOIN matchmaking_ticket t ON t.id = own.ticket_id
     LEFT JOIN matchmaking_match m ON m.id = t.match_id
     LEFT JOIN matchmaking_seat s ON s.match_id = m.id AND s.account_id = own.account_id
     WHERE own.account_id = $1`,
    [account],
  );
  const [penalty] = await db.query<{ s: number }[]>(
    `SELECT extract(epoch FROM until - clock_timestamp())::float8 AS s FROM matchmaking_penalty
     WHERE account_id = $1 AND until > clock_timestamp()`,
    [account],
  );
  const penaltyS = penalty ? Math.ceil(penalty.s) : null;
  const queue = queues.find(({ name }) => name === row?.queue);
  if (!row || !queue || row.state === "over") return { ...NONE, penaltyS };
  const state = row.state ?? "waiting";
  const { mu } = await ratingIn(db, queue, account);
  const estimateS =
    state === "waiting" ? estimateWait(await readWaits(db, queue, mu), row.waited) : undefined;
  return {
    ...NONE,
    state,
    queue: row.queue,
    party: row.party,
    waitedS: Math.round(row.waited),
    estimateS: estimateS === undefined ? null : Math.ceil(estimateS),
    match: row.match,
    leftS: state === "ready" && row.left !== null ? Math.max(0, row.left) : null,
    isReady: row.is_ready ?? false,
    ready: row.ready,
    seats: row.seats ?? 0,
    team: row.team,
    role: row.role,
    game: state === "open" ? queue.game : null,
    code: state === "open" ? row.room : null,
    penaltyS,
  };
}

const NONE: TicketView = {
  state: "none",
  queue: null,
  party: 0,
  waitedS: null,
  estimateS: null,
  match: null,
  leftS: null,
  isReady: false,
  ready: 0,
  seats: 0,
  team: null,
  role: null,
  game: null,
  code: null,
  penaltyS: null,
};

/** A match that an account has played. */
export interface PlayedMatch {
  readonly match: string;
  readonly queue: string;
  /** Null: it was not rated, or not yet. */
  readonly rank: number | null;
  /** Rating for people before and after, as `shownRating`. */
  readonly before: number;
  readonly after: number | null;
  /** ISO. */
  readonly at: string;
}

/** The latest matches of an account, the newest first. */
export async function readPlayed(db: Db, account: string): Promise<PlayedMatch[]> {
  const rows = await db.query<PlayedRow[]>(
    `SELECT m.id, m.queue, m.opened_at AS at, s.rank, s.mu, s.sigma, s.mu_after, s.sigma_after
     FROM matchmaking_seat s JOIN matchmaking_match m ON m.id = s.match_id
     WHERE s.account_id = $1 AND m.opened_at IS NOT NULL ORDER BY m.opened_at DESC LIMIT 10`,
    [account],
  );
  return rows.map(({ id, queue, at, rank, mu, sigma, mu_after, sigma_after }) => ({
    match: id,
    queue,
    rank,
    before: shownRating({ mu, sigma }),
    after:
      mu_after === null || sigma_after === null ? null : shownRating({ mu: mu_after, sigma: sigma_after }),
    at: at.toISOString(),
  }));
}

interface PlayedRow {
  readonly id: string;
  readonly queue: string;
  readonly at: Date;
  readonly rank: number | null;
  readonly mu: number;
  readonly sigma: number;
  readonly mu_after: number | null;
  readonly sigma_after: number | null;
}
