import { matchMaker } from "@colyseus/core";
import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { Cup } from "../rules/cup.ts";
import type { MatchKey, MatchRow } from "./match-rows.ts";
import { readMatches } from "./match-rows.ts";
import { betterOf, endMatch } from "./matches.ts";
import { lockTournament, type RowServices } from "./tournament-rows.ts";

/** How long a process may take to open a room before another one does it, s. */
const OPENING_S = 15;
/** Pause after a room did not open, s, and how often it is tried. */
const AGAIN_S = 10;
const TRIES_MAX = 5;
/** Matches that are looked at in one go. */
const AT_ONCE = 100;

/** A match in a tournament. */
interface MatchPlace extends MatchKey {
  readonly id: string;
}

/** What was done with a match. */
export interface MatchNews {
  readonly tournament: string;
  readonly what: "match" | "no-show" | "reopen" | "seed";
  /** Accounts of the two. */
  readonly told: readonly string[];
  /** What it did to the whole tournament. */
  readonly step?: "end" | "cancel" | undefined;
}

/**
 * Opens the rooms of matches that wait for one. A room of who came too late is nobody's, and closes by
 * itself.
 */
export async function openRooms(services: RowServices): Promise<MatchNews[]> {
  const { db, incarnation } = services;
  const [claimed] = await db.query<[(MatchPlace & { tries: number; rules: Cup })[], number]>(
    `UPDATE tournament_match m SET opener = $1, tries = m.tries + 1,
       opening_until = clock_timestamp() + interval '${OPENING_S} s'
     FROM tournament t WHERE t.id = m.tournament_id AND (m.tournament_id, m.round, m.slot) IN (
       SELECT tournament_id, round, slot FROM tournament_match
       WHERE state = 'opening' AND opening_until < clock_timestamp()
       ORDER BY opening_until LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
     RETURNING m.tournament_id AS id, m.round, m.slot, m.tries, t.rules`,
    [incarnation],
  );
  const news: MatchNews[] = [];
  for (const match of claimed) {
    const one =
      match.tries > TRIES_MAX ? await judge(services, match, true) : await openRoom(services, match);
    if (one) news.push(one);
  }
  return news;
}

async function openRoom(
  { db, log, incarnation }: RowServices,
  { id, round, slot, tries, rules }: MatchPlace & { readonly tries: number; readonly rules: Cup },
): Promise<MatchNews | undefined> {
  const key = [id, round, slot, incarnation, tries];
  const mine =
    "tournament_id = $1 AND round = $2 AND slot = $3 AND opener = $4 AND tries = $5 AND state = 'opening'";
  const room = await matchMaker
    .createRoom(rules.game, { ...rules.bracket?.properties, private: true })
    .catch((error: unknown) => {
      log.warn({ err: error, tournament: id, round, slot }, "the room of a match did not open");
      return undefined;
    });
  if (!room) {
    const again = `clock_timestamp() + interval '${AGAIN_S} s'`;
    await db.query(`UPDATE tournament_match SET opening_until = ${again} WHERE ${mine}`, key);
    return undefined;
  }
  const [opened] = await db.query<[unknown[], number]>(
    `UPDATE tournament_match SET state = 'open', room_id = $6, tries = 0, looked_at = clock_timestamp(),
       check_until = COALESCE(check_until, clock_timestamp() + make_interval(secs => $7::float8)),
       over_by = COALESCE(over_by, clock_timestamp() + make_interval(secs => $8::float8))
     WHERE ${mine} RETURNING round`,
    [...key, room.roomId, rules.bracket?.checkInS ?? 0, (rules.bracket?.minutes ?? 0) * 60],
  );
  if (opened.length === 0) return undefined;
  return { tournament: id, what: "match", told: await accountsOfMatch(db, { id, round, slot }) };
}

/**
 * Looks after open matches: who did not come in time has lost, a match whose room died gets another one, and
 * one without a result in time goes to the better seed.
 */
export async function lookAfterRooms(services: RowServices): Promise<MatchNews[]> {
  const [rows] = await services.db.query<[(MatchPlace & { room: string })[], number]>(
    `UPDATE tournament_match SET looked_at = clock_timestamp()
     WHERE (tournament_id, round, slot) IN (
       SELECT tournament_id, round, slot FROM tournament_match
       WHERE state = 'open' AND looked_at < clock_timestamp() - interval '1 s'
       ORDER BY looked_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
     RETURNING tournament_id AS id, round, slot, room_id AS room`,
  );
  if (rows.length === 0) return [];
  const rooms = await matchMaker.findRoomsByIds(rows.map(({ room }) => room));
  const news: MatchNews[] = [];
  for (const row of rows) {
    const one = await judge(services, row, !rooms.has(row.room));
    if (one) news.push(one);
  }
  return news;
}

/** Judges a match under the lock of its tournament: what other processes did meanwhile stands. */
function judge(
  { transaction, log }: RowServices,
  { id, round, slot, room = null }: MatchPlace & { readonly room?: string | null },
  isGone: boolean,
): Promise<MatchNews | undefined> {
  return transaction(async (db) => {
    const tournament = await lockTournament(db, id);
    const match = (await readMatches(db, id)).find((one) => one.round === round && one.slot === slot);
    if (!match || match.state === "over" || match.room_id !== room) return undefined;
    const told = await accountsOfMatch(db, { id, round, slot });
    const verdict = verdictOf(match, isGone, tournament.rules.bracket?.reopens ?? 0);
    if (verdict === undefined) return undefined;
    if (verdict === "reopen") {
      await reopen(db, { id, round, slot }, match);
      return { tournament: id, what: "reopen", told };
    }
    if (verdict === "seed") log.error({ tournament: id, round, slot }, "a match was decided by seed");
    const winner =
      verdict === "seed" ? await betterOf(db, match) : match.a_here ? match.a : match.b_here ? match.b : null;
    const step = await endMatch(db, tournament, match, { winner, end: verdict });
    return { tournament: id, what: verdict, told, step };
  });
}

/** What has to be done with a match; undefined: nothing. */
export function verdictOf(
  match: Pick<MatchRow, "a_here" | "b_here" | "late" | "overdue" | "reopened" | "state">,
  isGone: boolean,
  reopens: number,
): "no-show" | "seed" | "reopen" | undefined {
  const bothCame = match.a_here && match.b_here;
  // Its room could not be opened at all.
  if (match.state === "opening") return isGone ? "seed" : undefined;
  if (match.late && !bothCame) return "no-show";
  if (match.overdue) return "seed";
  if (!isGone) return undefined;
  return bothCame && match.reopened >= reopens ? "seed" : "reopen";
}

/**
 * Lets another room open. If both had come, both have to come again, in as much time as before; an empty room
 * closes by itself, and who waited for the other in it has come.
 */
async function reopen(db: Db, { id, round, slot }: MatchPlace, { a_here, b_here }: MatchRow): Promise<void> {
  const again =
    a_here && b_here ? ", a_here = false, b_here = false, check_until = NULL, reopened = reopened + 1" : "";
  await db.query(
    `UPDATE tournament_match SET state = 'opening', room_id = NULL, opening_until = '-infinity', tries = 0${again}
     WHERE tournament_id = $1 AND round = $2 AND slot = $3`,
    [id, round, slot],
  );
}

async function accountsOfMatch(db: Db, { id, round, slot }: MatchPlace): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    `SELECT e.account_id AS id FROM tournament_match m JOIN tournament_entry e ON e.id = m.a OR e.id = m.b
     WHERE m.tournament_id = $1 AND m.round = $2 AND m.slot = $3 AND e.account_id IS NOT NULL`,
    [id, round, slot],
  );
  return rows.map((row) => row.id);
}

/** Lets the two of a match into its room, and nobody else. @throws MATCH_RESERVED */
export async function admit(db: Db, roomId: string, account: string): Promise<void> {
  const [row] = await db.query<{ mine: boolean }[]>(
    `SELECT EXISTS (SELECT 1 FROM tournament_entry e WHERE e.id IN (m.a, m.b) AND e.account_id = $2) AS mine
     FROM tournament_match m WHERE m.room_id = $1`,
    [roomId, account],
  );
  if (row && !row.mine) throw new RoomkeepError("MATCH_RESERVED");
}

/** A player is in the room: has come to the match. */
export async function entered(db: Db, roomId: string, account: string): Promise<void> {
  await db.query(
    `UPDATE tournament_match m SET a_here = a_here OR e.id = m.a, b_here = b_here OR e.id = m.b
     FROM tournament_entry e
     WHERE m.room_id = $1 AND m.state = 'open' AND e.tournament_id = m.tournament_id AND e.account_id = $2
       AND e.id IN (m.a, m.b)`,
    [roomId, account],
  );
}

/** The room of a match goes to another process. @param to code of the room that takes its place */
export async function moved(db: Db, from: string, to: string): Promise<void> {
  await db.query("UPDATE tournament_match SET room_id = $2 WHERE room_id = $1", [from, to]);
}
