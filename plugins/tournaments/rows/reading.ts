import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { MatchEnd } from "../rules/bracket.ts";
import type { Cup, Goods } from "../rules/cup.ts";

/** Ended tournaments that a list shows. */
const ENDED_SHOWN = 10;
/** Entrants that one shows, the best first. */
const ENTRANTS_SHOWN = 100;

/** A tournament as players see it. Times are ISO. */
export interface ShownTournament {
  readonly id: string;
  readonly cup: string;
  readonly label: string;
  readonly game: string;
  readonly kind: "score" | "bracket";
  /** `announced`: registration is not open yet. */
  readonly state: "announced" | "open" | "running" | "ended" | "cancelled";
  readonly opensAt: string;
  readonly startsAt: string;
  /** Of a score attack that runs. */
  readonly endsAt: string | null;
  readonly entrants: number;
  readonly least: number;
  readonly most: number;
  readonly fee: Goods;
  readonly prizes: Cup["prizes"];
  /** Tries of a score attack. */
  readonly tries: number | null;
  /** Why it was cancelled. */
  readonly why: string | null;
  /** Whether the account that asks is in it. */
  readonly mine: boolean;
}

/** An entrant as players see it. */
export interface ShownEntrant {
  readonly account: string | null;
  /** Null: the character was deleted. */
  readonly name: string | null;
  readonly seed: number | null;
  readonly score: number | null;
  readonly tries: number;
  readonly rank: number | null;
  /** What is owed or was paid. */
  readonly owed: "prize" | "refund" | null;
  readonly isPaid: boolean;
}

interface TournamentRow {
  id: string;
  cup: string;
  label: string;
  rules: Cup;
  state: ShownTournament["state"];
  opens_at: Date;
  starts_at: Date;
  ends_at: Date | null;
  entrants: number;
  mine: boolean;
  why: string | null;
}

const SHOWN = `SELECT t.id, t.cup, t.label, t.rules, t.opens_at, t.starts_at, t.ends_at, t.why,
  CASE WHEN t.state = 'open' AND t.opens_at > clock_timestamp() THEN 'announced' ELSE t.state END AS state,
  (SELECT count(*)::int FROM tournament_entry e WHERE e.tournament_id = t.id
    AND (t.state <> 'open' OR e.account_id IS NOT NULL)) AS entrants,
  EXISTS (SELECT 1 FROM tournament_entry e WHERE e.tournament_id = t.id AND e.account_id = $1) AS mine
  FROM tournament t`;

/** Those that are to come or run, and the last that ended. @param account who asks; null: an operator */
export async function listTournaments(db: Db, account: string | null): Promise<ShownTournament[]> {
  const rows = await db.query<TournamentRow[]>(
    `(${SHOWN} WHERE t.state IN ('open', 'running') ORDER BY t.starts_at, t.id LIMIT 100)
     UNION ALL
     (${SHOWN} WHERE t.state IN ('ended', 'cancelled') ORDER BY t.ended_at DESC LIMIT ${ENDED_SHOWN})`,
    [account],
  );
  return rows.map(shownOf);
}

/** One of them. @throws TOURNAMENT_UNKNOWN */
export async function readTournament(db: Db, id: string, account: string | null): Promise<ShownTournament> {
  const [row] = await db.query<TournamentRow[]>(`${SHOWN} WHERE t.id = $2`, [account, id]);
  if (!row) throw new RoomkeepError("TOURNAMENT_UNKNOWN");
  return shownOf(row);
}

function shownOf({ rules, opens_at, starts_at, ends_at, ...row }: TournamentRow): ShownTournament {
  return {
    ...row,
    game: rules.game,
    kind: rules.bracket ? "bracket" : "score",
    opensAt: opens_at.toISOString(),
    startsAt: starts_at.toISOString(),
    endsAt: ends_at?.toISOString() ?? null,
    least: rules.entrants[0],
    most: rules.entrants[1],
    fee: rules.fee,
    prizes: rules.prizes,
    tries: rules.score?.tries ?? null,
  };
}

/** Its entrants, the best first: by rank, score, seed. */
export function readEntrants(db: Db, id: string): Promise<ShownEntrant[]> {
  return db.query<ShownEntrant[]>(
    `SELECT e.account_id AS account, c.name, e.seed, e.score, e.tries, e.rank, e.owed,
       COALESCE(e.outcome = 'paid', false) AS "isPaid"
     FROM tournament_entry e JOIN tournament t ON t.id = e.tournament_id LEFT JOIN character c ON c.id = e.character_id
     WHERE e.tournament_id = $1
     ORDER BY e.rank, e.score * CASE WHEN t.rules->'score'->>'order' = 'low' THEN 1 ELSE -1 END, e.scored,
       e.seed, e.joined_at, e.id LIMIT ${ENTRANTS_SHOWN}`,
    [id],
  );
}

/** One of the two of a match. */
export interface ShownSide {
  readonly account: string | null;
  readonly name: string | null;
  readonly seed: number;
  readonly score: number | null;
}

/** A match of a bracket as players see it. */
export interface ShownMatch {
  readonly round: number;
  readonly slot: number;
  readonly state: "waiting" | "opening" | "open" | "over";
  readonly end: MatchEnd | null;
  /** Null: nobody, or not known yet. */
  readonly a: ShownSide | null;
  readonly b: ShownSide | null;
  readonly winner: "a" | "b" | null;
}

/**
 * The bracket, by round and slot; empty before the start, and of a score attack. @throws TOURNAMENT_UNKNOWN
 */
export async function readBracket(db: Db, id: string): Promise<ShownMatch[]> {
  const side = (of: "a" | "b") => `CASE WHEN ${of}.id IS NOT NULL THEN jsonb_build_object(
    'account', ${of}.account_id, 'name', c${of}.name, 'seed', ${of}.seed, 'score', m.${of}_score) END AS ${of}`;
  const rows = await db.query<(ShownMatch & { round: number | null })[]>(
    `SELECT m.round, m.slot, m.state, m."end", ${side("a")}, ${side("b")},
       CASE m.winner WHEN m.a THEN 'a' WHEN m.b THEN 'b' END AS winner
     FROM tournament t LEFT JOIN tournament_match m ON m.tournament_id = t.id
     LEFT JOIN tournament_entry a ON a.id = m.a LEFT JOIN character ca ON ca.id = a.character_id
     LEFT JOIN tournament_entry b ON b.id = m.b LEFT JOIN character cb ON cb.id = b.character_id
     WHERE t.id = $1 ORDER BY m.round, m.slot`,
    [id],
  );
  if (rows.length === 0) throw new RoomkeepError("TOURNAMENT_UNKNOWN");
  return rows.filter(({ round }) => round !== null);
}

/** The match that waits for an account. */
export interface OwnMatch {
  readonly tournament: string;
  readonly label: string;
  readonly round: number;
  readonly game: string;
  /** Null: its room opens in a moment. */
  readonly code: string | null;
  readonly opponent: string | null;
  /** Seconds to come in; null: both have come, or the room is not open yet. */
  readonly leftS: number | null;
}

/** The matches that wait for an account, or that it plays. */
export async function readOwnMatches(db: Db, account: string): Promise<OwnMatch[]> {
  return db.query<OwnMatch[]>(
    `SELECT t.id AS tournament, t.label, m.round, t.rules->>'game' AS game,
       CASE WHEN m.state = 'open' THEN m.room_id END AS code, c.name AS opponent,
       CASE WHEN NOT (m.a_here AND m.b_here) THEN
         GREATEST(0, ceil(extract(epoch FROM m.check_until - clock_timestamp())))::int END AS "leftS"
     FROM tournament_entry own JOIN tournament t ON t.id = own.tournament_id AND t.state = 'running'
     JOIN tournament_match m ON m.tournament_id = t.id AND own.id IN (m.a, m.b) AND m.state IN ('opening', 'open')
     LEFT JOIN tournament_entry other ON other.id IN (m.a, m.b) AND other.id <> own.id
     LEFT JOIN character c ON c.id = other.character_id
     WHERE own.account_id = $1 ORDER BY m.check_until, t.id`,
    [account],
  );
}
