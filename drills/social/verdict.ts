import { verifyLedger } from "../../server/items/ledger.ts";
import type { Db } from "../../server/storage/database.ts";
import type { Premises } from "../premises.ts";
import type { Notebook } from "./notebook.ts";
import type { SocialBot } from "./social-bot.ts";

/** What is otherwise than it was told. */
export interface SocialHarm {
  /** Pairs of which one has the other as a friend, and the other not. */
  asymmetric: number;
  prizesTwice: number;
  prizesMissing: number;
  /** Acknowledged lines that are not kept under their number. */
  linesLost: number;
  linesToBlocked: number;
  /** Balances that are not the sum of their bookings, and bookings that do not add up. */
  differences: number;
  /**
   * Fees without an entry, refunds that are not the fee, and pots of closed tournaments that do not add up.
   */
  feesLost: number;
  tournamentPrizesTwice: number;
  tournamentPrizesMissing: number;
}

/** Compares what is kept with what was told, when nothing happens any more. */
export async function judge(
  { query }: Pick<Premises, "query">,
  bots: readonly SocialBot[],
  notebook: Notebook,
): Promise<SocialHarm> {
  const db = { query: <T>(sql: string, values?: unknown[]) => query(sql, values) as Promise<T> } as Db;
  const [prizes = { twice: 0, missing: 0 }] = await query<{ twice: number; missing: number }>(`
    SELECT count(*) FILTER (WHERE paid > (prize->>'coins')::int)::int AS twice,
      count(*) FILTER (WHERE paid < (prize->>'coins')::int)::int AS missing
    FROM (
      SELECT r.prize, COALESCE((
        SELECT sum(l.coins) FROM ledger l
        WHERE l.reason LIKE '%' || s.board || ', season ' || s.number || ', rank ' || r.rank AND l.coins > 0
          AND l.account <> 'world'), 0) AS paid
      FROM leaderboard_result r JOIN leaderboard_season s ON s.id = r.season_id WHERE r.prize IS NOT NULL
    ) AS due`);
  return {
    asymmetric: await asymmetric(bots),
    prizesTwice: prizes.twice,
    prizesMissing: prizes.missing,
    linesLost: await lost(query, notebook),
    linesToBlocked: notebook.toBlocked.length,
    differences: (await verifyLedger(db)).length,
    ...(await judgeTournaments(query)),
  };
}

/** Compares entries of tournaments with what the ledger has booked for each. */
async function judgeTournaments(query: Premises["query"]) {
  const [row = { fees: 0, twice: 0, missing: 0 }] = await query<{
    fees: number;
    twice: number;
    missing: number;
  }>(`
    WITH leg AS (
      SELECT coins, account, split_part(split_part(request_id, ':', 3), '-', 1) AS what,
        substring(request_id FROM '[a-z]+-(.{36})$') AS entry
      FROM ledger WHERE request_id LIKE '%:tournaments:%' AND account LIKE 'purse:%'
    ), entry AS (
      SELECT e.id, e.owed, (e.goods->'pot'->>'coins')::int AS due, COALESCE((
        SELECT sum(coins) FROM leg
        WHERE entry = e.id::text AND what = e.owed AND account NOT LIKE 'purse:vault:%'), 0) AS paid
      FROM tournament_entry e WHERE e.owed IS NOT NULL
    )
    SELECT (SELECT count(*) FROM leg WHERE what = 'fee' AND account LIKE 'purse:vault:%'
        AND NOT EXISTS (SELECT 1 FROM tournament_entry WHERE id::text = leg.entry)
        AND NOT EXISTS (SELECT 1 FROM leg AS back WHERE back.entry = leg.entry AND back.what = 'refund'))::int
      + (SELECT count(*) FROM entry WHERE owed = 'refund' AND paid <> due)::int
      + (SELECT count(*) FROM tournament t WHERE closed_at IS NOT NULL AND (
          SELECT sum(coins) FROM ledger WHERE account = 'purse:vault:tournaments:' || t.id) <> 0)::int AS fees,
      (SELECT count(*) FROM entry WHERE owed = 'prize' AND paid > due)::int AS twice,
      (SELECT count(*) FROM entry WHERE owed = 'prize' AND paid < due)::int AS missing`);
  return { feesLost: row.fees, tournamentPrizesTwice: row.twice, tournamentPrizesMissing: row.missing };
}

async function asymmetric(bots: readonly SocialBot[]): Promise<number> {
  const friendsOf = new Map<string, Set<string>>();
  for (const { accountId, ask } of bots) {
    const { friends } = await ask<{ friends: { account: string }[] }>("GET", "/v1/friends");
    friendsOf.set(accountId, new Set(friends.map(({ account }) => account)));
  }
  let count = 0;
  for (const [one, friends] of friendsOf)
    for (const other of friends) if (!friendsOf.get(other)?.has(one)) count += 1;
  return count;
}

async function lost(query: Premises["query"], { lines }: Notebook): Promise<number> {
  // Lines of a group that has ended go with it.
  const kept = new Set(
    (await query<{ at: string }>("SELECT kind || ' ' || n || ' ' || text AS at FROM chat_line")).map(
      ({ at }) => at,
    ),
  );
  const groups = new Set(
    (await query<{ id: string }>("SELECT id::text AS id FROM player_group")).map(({ id }) => id),
  );
  return lines.filter(
    ({ kind, between, n, text }) =>
      !kept.has(`${kind} ${n} ${text}`) && (kind !== "group" || groups.has(between[0] ?? "")),
  ).length;
}
