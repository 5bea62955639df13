import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { ladderOf, type Queue } from "../match/queue.ts";
import { type Rating, rateMatch } from "../match/ratings.ts";
import { lockMatch } from "./ready.ts";

/** Sides and accounts of a result at most. */
const NAMED_MAX = 100;

/** A side of a match as it came out. */
export interface ResultSide {
  /** Accounts, each with a seat in the match; who is not named is not rated. */
  readonly accounts: readonly string[];
  /** 1 is the best; equal ranks are a draw. */
  readonly rank: number;
}

/** Ratings after a match. */
export interface RatedResult {
  /** True: the match was rated before, with the same result. */
  readonly repeated: boolean;
  readonly ratings: ReadonlyMap<string, Rating>;
}

/** @throws RESULT_INVALID */
function checkSides(sides: readonly ResultSide[]): void {
  const named = sides.flatMap(({ accounts }) => accounts);
  const problem =
    sides.length < 2
      ? "it has fewer than two sides"
      : named.length > NAMED_MAX
        ? `it names more than ${NAMED_MAX} accounts`
        : sides.some(({ accounts }) => accounts.length === 0)
          ? "a side is empty"
          : sides.some(({ rank }) => !Number.isInteger(rank) || rank < 1 || rank > NAMED_MAX)
            ? `a rank is no whole number from 1 to ${NAMED_MAX}`
            : new Set(named).size < named.length
              ? "an account is named twice"
              : undefined;
  if (problem) throw new RoomkeepError("RESULT_INVALID", `The result does not fit: ${problem}.`);
}

interface SeatRow {
  readonly account: string;
  readonly rank: number | null;
  readonly mu: number | null;
  readonly sigma: number | null;
}

/**
 * Rates a match, within a transaction: once for each match, all of its accounts or none.
 *
 * @throws MATCH_UNKNOWN, RESULT_INVALID, RESULT_REUSED
 */
export async function writeResult(
  db: Db,
  queues: readonly Queue[],
  match: string,
  given: readonly ResultSide[],
): Promise<RatedResult> {
  const sides = given.map(({ accounts, rank }) => ({
    rank,
    accounts: accounts.map((id) => id.toLowerCase()),
  }));
  checkSides(sides);
  const locked = await lockMatch(db, match);
  if (!locked || locked.into_id !== null) throw new RoomkeepError("MATCH_UNKNOWN");
  const [about] = await db.query<{ queue: string; rated: boolean }[]>(
    "SELECT queue, rated_at IS NOT NULL AS rated FROM matchmaking_match WHERE id = $1",
    [match],
  );
  const queue = queues.find(({ name }) => name === about?.queue);
  if (!queue) throw new RoomkeepError("MATCH_UNKNOWN");
  if (locked.state !== "open" && locked.state !== "over")
    throw new RoomkeepError("RESULT_INVALID", "The match has not begun.");
  const seats = await db.query<SeatRow[]>(
    `SELECT account_id AS account, rank, mu_after AS mu, sigma_after AS sigma FROM matchmaking_seat
     WHERE match_id = $1`,
    [match],
  );
  const known = new Map(seats.map((seat) => [seat.account, seat]));
  const named = sides.flatMap(({ accounts }) => accounts);
  if (about?.rated) return sameResult(sides, known);
  if (named.some((id) => !known.has(id)))
    throw new RoomkeepError("RESULT_INVALID", "The result names somebody who has no seat in the match.");
  const before = await lockRatings(db, queue, named);
  const rated = rateMatch(
    sides.map(({ rank, accounts }) => ({
      rank,
      ratings: accounts.map((id) => before.get(id) ?? queue.rating),
    })),
  );
  const after = new Map(
    sides.flatMap(({ accounts }, side) =>
      accounts.map((id, index) => [id, rated[side]?.[index] as Rating] as const),
    ),
  );
  const rows = sides.flatMap(({ accounts, rank }) =>
    accounts.map((account) => ({ account, rank, ...after.get(account) })),
  );
  // By jsonb, so that numbers stay as they are to the last bit.
  await db.query(
    `UPDATE matchmaking_rating r SET mu = p.mu, sigma = p.sigma, games = games + 1, rated_at = now()
     FROM jsonb_to_recordset($2::jsonb) AS p (account uuid, mu float8, sigma float8)
     WHERE r.account_id = p.account AND r.ladder = $1`,
    [ladderOf(queue), JSON.stringify(rows)],
  );
  await db.query(
    `UPDATE matchmaking_seat s SET rank = p.rank, mu_after = p.mu, sigma_after = p.sigma
     FROM jsonb_to_recordset($2::jsonb) AS p (account uuid, rank integer, mu float8, sigma float8)
     WHERE s.match_id = $1 AND s.account_id = p.account`,
    [match, JSON.stringify(rows)],
  );
  await db.query("UPDATE matchmaking_match SET rated_at = now() WHERE id = $1", [match]);
  return { repeated: false, ratings: after };
}

/** The same result again is answered as the first time. @throws RESULT_REUSED */
function sameResult(
  sides: readonly { rank: number; accounts: readonly string[] }[],
  known: ReadonlyMap<string, SeatRow>,
): RatedResult {
  const ranks = new Map(sides.flatMap(({ accounts, rank }) => accounts.map((id) => [id, rank] as const)));
  const rated = [...known.values()].filter(({ rank }) => rank !== null);
  const isSame =
    rated.length === ranks.size && rated.every(({ account, rank }) => ranks.get(account) === rank);
  if (!isSame) throw new RoomkeepError("RESULT_REUSED");
  return {
    repeated: true,
    ratings: new Map(rated.map(({ account, mu, sigma }) => [account, { mu: mu ?? 0, sigma: sigma ?? 0 }])),
  };
}

/**
 * Ratings that hold still until the transaction ends; in the order of ids, so that two matches do not wait
 * for each other.
 */
async function lockRatings(db: Db, queue: Queue, accounts: readonly string[]) {
  const ladder = ladderOf(queue);
  await db.query(
    `INSERT INTO matchmaking_rating (account_id, ladder, mu, sigma)
     SELECT id, $2, $3::float8, $4::float8 FROM account WHERE id = ANY($1::uuid[]) ORDER BY id
     ON CONFLICT DO NOTHING`,
    [accounts, ladder, queue.rating.mu, queue.rating.sigma],
  );
  const rows = await db.query<{ id: string; mu: number; sigma: number }[]>(
    `SELECT account_id AS id, mu, sigma FROM matchmaking_rating
     WHERE ladder = $2 AND account_id = ANY($1::uuid[]) ORDER BY account_id FOR UPDATE`,
    [accounts, ladder],
  );
  return new Map(rows.map(({ id, mu, sigma }) => [id, { mu, sigma }]));
}
