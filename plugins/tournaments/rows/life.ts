import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { openBracket } from "../rules/bracket.ts";
import { drawSeeds, type Seeded } from "../rules/draw.ts";
import { isSome, type Prize, prizesOf } from "../rules/pot.ts";
import { writeMatches } from "./match-rows.ts";
import { type LockedTournament, lockDue, type RowServices } from "./tournament-rows.ts";

/** What became of a tournament whose time had come. */
export interface Stepped {
  readonly id: string;
  readonly step: "start" | "end" | "cancel";
}

/**
 * Begins or ends one tournament whose time has come. Of several processes one does it, in one transaction: if
 * it dies, nothing was done, and the next one does it.
 *
 * @returns undefined: none is due, or others are at it
 */
export function stepDue({ transaction }: RowServices): Promise<Stepped | undefined> {
  return transaction(async (db) => {
    const due = await lockDue(db);
    if (!due) return undefined;
    return { id: due.id, step: await (due.state === "open" ? start(db, due) : endScores(db, due)) };
  });
}

async function start(db: Db, tournament: LockedTournament): Promise<Stepped["step"]> {
  const { id, rules, seed } = tournament;
  const entries = await db.query<(Seeded & { gone: boolean })[]>(
    "SELECT id, rating, account_id IS NULL AS gone FROM tournament_entry WHERE tournament_id = $1",
    [id],
  );
  const there = entries.filter(({ gone }) => !gone);
  if (there.length < rules.entrants[0]) return cancel(db, tournament, "too few entrants");
  await db.query(
    `UPDATE tournament SET state = 'running', paid = $2,
       ends_at = clock_timestamp() + make_interval(secs => $3::float8) WHERE id = $1`,
    [id, entries.length, rules.score ? rules.score.minutes * 60 : null],
  );
  if (!rules.bracket) return "start";
  const seeds = drawSeeds(seed, there);
  await db.query(
    `UPDATE tournament_entry e SET seed = n FROM unnest($2::uuid[]) WITH ORDINALITY AS drawn (entry, n)
     WHERE e.tournament_id = $1 AND e.id = drawn.entry`,
    [id, seeds],
  );
  await writeMatches(db, id, openBracket(seeds, rules.bracket.third));
  return "start";
}

async function endScores(db: Db, tournament: LockedTournament): Promise<Stepped["step"]> {
  const sign = tournament.rules.score?.order === "low" ? 1 : -1;
  const ranked = await db.query<{ id: string }[]>(
    `SELECT id FROM tournament_entry
     WHERE tournament_id = $1 AND score IS NOT NULL AND account_id IS NOT NULL ORDER BY $2 * score, scored`,
    [tournament.id, sign],
  );
  return finish(
    db,
    tournament,
    ranked.map(({ id }) => id),
  );
}

/**
 * Ends a running tournament, and writes what its ranks are owed. One that nobody has won is cancelled.
 *
 * @param ranked entries, the first rank first
 */
export async function finish(
  db: Db,
  tournament: LockedTournament,
  ranked: readonly string[],
): Promise<"end" | "cancel"> {
  if (ranked.length === 0) return cancel(db, tournament, "nobody won");
  const { id, rules, paid } = tournament;
  const goods = prizesOf(rules, ranked.length, paid);
  await db.query(
    `UPDATE tournament_entry e SET rank = r.rank, goods = r.goods,
       owed = CASE WHEN r.goods IS NOT NULL THEN 'prize' END
     FROM jsonb_to_recordset($2::jsonb) AS r (entry uuid, rank integer, goods jsonb)
     WHERE e.tournament_id = $1 AND e.id = r.entry`,
    [id, JSON.stringify(ranked.map((entry, at) => ({ entry, rank: at + 1, goods: owedOf(goods[at]) })))],
  );
  await db.query("UPDATE tournament SET state = 'ended', ended_at = clock_timestamp() WHERE id = $1", [id]);
  return "end";
}

const owedOf = (prize: Prize | undefined) =>
  prize && (isSome(prize.pot) || isSome(prize.given)) ? prize : null;

/**
 * Cancels a locked tournament: each entry is owed its fee. Its rooms play on for nothing.
 *
 * @param why for players
 * @throws TOURNAMENT_OVER it has ended, or was cancelled
 */
export async function cancel(
  db: Db,
  { id, rules, state }: Pick<LockedTournament, "id" | "rules" | "state">,
  why: string,
): Promise<"cancel"> {
  if (state !== "open" && state !== "running") throw new RoomkeepError("TOURNAMENT_OVER");
  await db.query(
    `UPDATE tournament SET state = 'cancelled', why = $2, ended_at = clock_timestamp() WHERE id = $1`,
    [id, why],
  );
  await db.query("UPDATE tournament_match SET state = 'over' WHERE tournament_id = $1 AND state <> 'over'", [
    id,
  ]);
  if (isSome(rules.fee))
    await db.query("UPDATE tournament_entry SET owed = 'refund', goods = $2 WHERE tournament_id = $1", [
      id,
      JSON.stringify({ pot: rules.fee, given: { coins: 0, items: [] } } satisfies Prize),
    ]);
  return "cancel";
}
