import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { isOver, passOn, ranksOf } from "../rules/bracket.ts";
import { isScore } from "./entries.ts";
import { finish } from "./life.ts";
import {
  type MatchKey,
  type MatchResult,
  type MatchRow,
  readMatches,
  writeMatches,
  writeResult,
} from "./match-rows.ts";
import { type LockedTournament, lockTournament, type RowServices } from "./tournament-rows.ts";

/** What one of the two came to, as their room says. */
export interface SideResult {
  readonly account: string;
  /** Finite, from -(2^53 - 1) to 2^53 - 1; who won has 1 and the other 0 in a game without scores. */
  readonly score: number;
}

/** What became of a result. */
export interface Reported {
  readonly tournament: string;
  /** The account that goes on. */
  readonly winner: string;
  /** The same result was there already. */
  readonly repeated: boolean;
  /** What it did to the whole tournament, if it was the last match. */
  readonly step?: "end" | "cancel" | undefined;
}

/**
 * Ends a match of a locked tournament: the winner goes on, and after the last match prizes are owed.
 *
 * @returns what became of the tournament
 */
export async function endMatch(
  db: Db,
  tournament: LockedTournament,
  match: MatchKey,
  result: MatchResult,
): Promise<"end" | "cancel" | undefined> {
  await writeResult(db, tournament.id, match, result);
  const before = await readMatches(db, tournament.id);
  const after = passOn(before);
  await writeMatches(
    db,
    tournament.id,
    after.filter(
      (one) => one.state !== before.find((old) => old.round === one.round && old.slot === one.slot)?.state,
    ),
  );
  if (!isOver(after)) return undefined;
  return finish(db, tournament, ranksOf(after, await seedsOf(db, tournament.id)));
}

/** Entries of a bracket, the best seed first. */
async function seedsOf(db: Db, tournament: string): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    "SELECT id FROM tournament_entry WHERE tournament_id = $1 AND seed IS NOT NULL ORDER BY seed",
    [tournament],
  );
  return rows.map(({ id }) => id);
}

/** The better seed of a match. */
export async function betterOf(db: Db, { a, b }: Pick<MatchRow, "a" | "b">): Promise<string | null> {
  const [row] = await db.query<{ id: string }[]>(
    "SELECT id FROM tournament_entry WHERE id IN ($1, $2) ORDER BY seed LIMIT 1",
    [a, b],
  );
  return row?.id ?? null;
}

/**
 * Takes the result of a match from its room, once.
 *
 * @throws SCORE_INVALID, TOURNAMENT_MATCH_UNKNOWN, TOURNAMENT_MATCH_OVER, TOURNAMENT_RESULT_INVALID nothing
 *   was changed
 */
export async function report(
  { transaction }: Pick<RowServices, "transaction">,
  roomId: string,
  results: readonly SideResult[],
): Promise<Reported> {
  if (!results.every(({ score }) => isScore(score))) throw new RoomkeepError("SCORE_INVALID");
  return transaction(async (db) => {
    const [of] = await db.query<{ id: string }[]>(
      "SELECT tournament_id AS id FROM tournament_match WHERE room_id = $1",
      [roomId],
    );
    if (!of) throw new RoomkeepError("TOURNAMENT_MATCH_UNKNOWN");
    const tournament = await lockTournament(db, of.id);
    // Locked by now, it may have got another room.
    const match = (await readMatches(db, of.id)).find((one) => one.room_id === roomId);
    if (!match) throw new RoomkeepError("TOURNAMENT_MATCH_UNKNOWN");
    const { scores, won } = await winnerBy(db, tournament, match, results);
    if (match.state === "over" && match.winner === won.id && match.end === "played")
      return { tournament: of.id, winner: won.account, repeated: true };
    if (match.state !== "open") throw new RoomkeepError("TOURNAMENT_MATCH_OVER");
    const step = await endMatch(db, tournament, match, { winner: won.id, end: "played", scores });
    return { tournament: of.id, winner: won.account, repeated: false, step };
  });
}

/** Compares the two of a match. @throws TOURNAMENT_RESULT_INVALID */
async function winnerBy(
  db: Db,
  { rules }: LockedTournament,
  { a, b }: MatchRow,
  results: readonly SideResult[],
): Promise<{ scores: [number, number]; won: { id: string; account: string } }> {
  const invalid = (why: string) => new RoomkeepError("TOURNAMENT_RESULT_INVALID", `The result ${why}.`);
  const entries = await db.query<{ id: string; account: string }[]>(
    "SELECT id, account_id AS account FROM tournament_entry WHERE id IN ($1, $2)",
    [a, b],
  );
  const scoreOf = (id: string | null) => {
    const account = entries.find((one) => one.id === id)?.account;
    return results.find((one) => one.account === account)?.score;
  };
  const [ofA, ofB] = [scoreOf(a), scoreOf(b)];
  if (results.length !== 2 || ofA === undefined || ofB === undefined)
    throw invalid("is not of the two accounts of this match");
  if (ofA === ofB) throw invalid("is a draw: somebody has to go on");
  const isA = rules.bracket?.order === "low" ? ofA < ofB : ofA > ofB;
  const won = entries.find(({ id }) => id === (isA ? a : b));
  if (!won) throw invalid("has no winner");
  return { scores: [ofA, ofB], won };
}

/**
 * Decides a match instead of its room, for an operator.
 *
 * @param account of the winner
 * @throws TOURNAMENT_UNKNOWN, TOURNAMENT_MATCH_UNKNOWN, TOURNAMENT_MATCH_OVER it is over, or not known whose
 *   it is; TOURNAMENT_STRANGER the account is none of the two
 */
export async function decide(
  db: Db,
  id: string,
  { round, slot, account }: MatchKey & { readonly account: string },
): Promise<"end" | "cancel" | undefined> {
  const tournament = await lockTournament(db, id);
  const match = (await readMatches(db, id)).find((one) => one.round === round && one.slot === slot);
  if (!match) throw new RoomkeepError("TOURNAMENT_MATCH_UNKNOWN");
  if (match.state !== "opening" && match.state !== "open") throw new RoomkeepError("TOURNAMENT_MATCH_OVER");
  const [winner] = await db.query<{ id: string }[]>(
    "SELECT id FROM tournament_entry WHERE id IN ($1, $2) AND account_id = $3",
    [match.a, match.b, account],
  );
  if (!winner)
    throw new RoomkeepError("TOURNAMENT_STRANGER", "The account is none of the two of this match.");
  return endMatch(db, tournament, match, { winner: winner.id, end: "decided" });
}
