import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { type Board, signOf } from "./board.ts";

/** Places of a page at most, and accounts that are asked after at once. */
export const PAGE_MAX = 100;

/** A place on a board. */
export interface Place {
  /** From 1; no two have the same: of equal scores the earlier is before. */
  readonly rank: number;
  readonly accountId: string;
  readonly characterId: string;
  /** The character's; null: it was deleted. */
  readonly name: string | null;
  readonly score: number;
}

/** Places beside each other, the best first. */
export interface BoardPage {
  readonly season: number;
  readonly places: readonly Place[];
  /** Cursor of the next page; null: this is the last. */
  readonly next: string | null;
}

const SEASON =
  "season AS MATERIALIZED (SELECT id, number FROM leaderboard_season WHERE board = $1 AND ended_at IS NULL)";
const PLACES = "SELECT s.account_id, s.character_id, s.key, s.seq FROM leaderboard_score s";

/** The rank of the first place of a page is counted; the others follow it. All is one snapshot. */
const RANKED = `
  SELECT season.number AS season, p.account_id, p.character_id, c.name, p.key, p.seq::text AS seq,
    (first.rank + row_number() OVER (ORDER BY p.key, p.seq) - 1)::int AS rank
  FROM season LEFT JOIN page p ON true LEFT JOIN character c ON c.id = p.character_id
  LEFT JOIN (
    SELECT leaderboard_rank((SELECT id FROM season), f.key, f.seq) AS rank
    FROM (SELECT key, seq FROM page ORDER BY key, seq LIMIT 1) AS f
  ) AS first ON true
  ORDER BY p.key, p.seq`;

/** The best places, or those after a cursor. */
export async function topPage(
  db: Db,
  board: Board,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<BoardPage> {
  const [key, seq] = after === undefined ? [-1e16, "0"] : readCursor(after);
  const rows = await db.query<PlaceRow[]>(
    `WITH ${SEASON}, page AS MATERIALIZED (
       ${PLACES} WHERE s.season_id = (SELECT id FROM season) AND (s.key, s.seq) > ($2::float8, $3::bigint)
       ORDER BY s.key, s.seq LIMIT $4
     ) ${RANKED}`,
    [board.name, key, seq, limit + 1],
  );
  const page = pageOf(board, rows.slice(0, limit));
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { ...page, next: last ? `${last.key}_${last.seq}` : null };
}

/** The place of an account with so many before and after it; none when it has no score. */
export async function pageAround(
  db: Db,
  board: Board,
  accountId: string,
  beside: number,
): Promise<BoardPage> {
  const rows = await db.query<PlaceRow[]>("SELECT * FROM leaderboard_around($1, $2, $3)", [
    board.name,
    accountId,
    beside,
  ]);
  return pageOf(board, rows);
}

/** The places of some accounts, the best first; those without a score are left out. */
export async function placesOf(db: Db, board: Board, accountIds: readonly string[]): Promise<BoardPage> {
  if (accountIds.length > PAGE_MAX)
    throw new RoomkeepError("MESSAGE_INVALID", `At most ${PAGE_MAX} accounts may be asked after at once.`);
  return bestOf(db, board, accountIds);
}

/** The same of any number of accounts: the best {@link PAGE_MAX} of them. */
export async function bestOf(db: Db, board: Board, accountIds: readonly string[]): Promise<BoardPage> {
  const rows = await db.query<PlaceRow[]>(
    `WITH ${SEASON}, page AS MATERIALIZED (
       ${PLACES} WHERE s.season_id = (SELECT id FROM season) AND s.account_id = ANY($2::uuid[])
       ORDER BY s.key, s.seq LIMIT ${PAGE_MAX}
     )
     SELECT season.number AS season, p.account_id, p.character_id, c.name, p.key, p.seq::text AS seq,
       leaderboard_rank((SELECT id FROM season), p.key, p.seq) AS rank
     FROM season LEFT JOIN page p ON true LEFT JOIN character c ON c.id = p.character_id
     ORDER BY p.key, p.seq`,
    [board.name, accountIds],
  );
  return pageOf(board, rows);
}

interface PlaceRow {
  season: number;
  /** Null: the season has no such place. */
  account_id: string | null;
  character_id: string;
  name: string | null;
  key: number;
  /** Text: it is a bigint. */
  seq: string;
  rank: number;
}

function pageOf(board: Board, rows: readonly PlaceRow[]): BoardPage {
  const places = rows.flatMap(({ account_id, character_id, name, key, rank }) =>
    account_id === null
      ? []
      : [{ rank, accountId: account_id, characterId: character_id, name, score: signOf(board) * key + 0 }],
  );
  return { season: rows[0]?.season ?? 0, places, next: null };
}

/** @throws MESSAGE_INVALID it is none that a page had */
function readCursor(text: string): [key: number, seq: string] {
  const [, key = "", seq = ""] = /^(-?\d{1,17}(?:\.\d{1,25})?(?:e-\d{1,3})?)_(\d{1,18})$/.exec(text) ?? [];
  if (key === "") throw new RoomkeepError("MESSAGE_INVALID", "The cursor is none that a page had.");
  return [Number(key), seq];
}
