import type { DataSource } from "typeorm";
import { settleBuckets } from "../../plugins/leaderboards/buckets.ts";
import { defineBoard } from "../../plugins/leaderboards/index.ts";
import type { Player } from "./peer.ts";

export const BOARD = defineBoard("bench");
/** Rows of one statement. */
const AT_ONCE = 50_000;

/** Makes accounts, characters and scores, as many as rows are wanted, here and in the peer. */
export async function fill(
  ds: DataSource,
  rows: number,
  peer: (players: readonly Player[]) => Promise<void>,
): Promise<Player[]> {
  for (let from = 0; from < rows; from += AT_ONCE)
    await ds.query(
      `WITH numbered AS (
         SELECT gen_random_uuid() AS account, gen_random_uuid() AS character, n
         FROM generate_series($1::int + 1, $2::int) AS n
       ), accounts AS (
         INSERT INTO account (id, kind, recovery_hash) SELECT account, 'guest', 'bench-' || n FROM numbered
       ), characters AS (
         INSERT INTO character (id, account_id, name, color, shape, state)
         SELECT character, account, 'Player ' || n, 0, 0, '{}' FROM numbered
       )
       INSERT INTO leaderboard_score (season_id, account_id, character_id, key)
       SELECT season.id, account, character, -floor(random() * 1e6) FROM numbered
       CROSS JOIN leaderboard_season AS season WHERE season.board = $3`,
      [from, Math.min(rows, from + AT_ONCE), BOARD.name],
    );
  // The functions of the plugin count what they write; this counts what was written past them.
  await ds.query("UPDATE leaderboard_bucket SET n = $1", [rows]);
  await settleBuckets(ds, BOARD.name);
  // As autovacuum does after a while.
  for (const table of ["account", "character", "leaderboard_score", "leaderboard_bucket"])
    await ds.query(`VACUUM ANALYZE ${table}`);
  const players = await ds.query<Player[]>(
    `SELECT account_id AS "accountId", character_id AS "characterId", -key AS score FROM leaderboard_score`,
  );
  await peer(players);
  return players;
}

/** The rank of a player by counting all who are better. */
export async function countRank(ds: DataSource, { accountId }: Player): Promise<number> {
  const [row] = await ds.query<{ rank: number }[]>(
    `SELECT count(*)::int + 1 AS rank FROM leaderboard_score AS other, leaderboard_score AS mine
     WHERE mine.account_id = $1 AND other.season_id = mine.season_id
       AND (other.key, other.seq) < (mine.key, mine.seq)`,
    [accountId],
  );
  return row?.rank ?? 0;
}
