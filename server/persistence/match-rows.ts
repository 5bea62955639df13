import type { MatchSave, MatchSeat } from "../../rooms/internal.ts";
import type { Db } from "../storage/database.ts";
import type { LeaseHolder } from "./acquire-lease.ts";
import {
  acquired,
  freeLease,
  freeLeases,
  isFree,
  isLeased,
  LEASE_END,
  MATCH_LEASES,
  renewLeases,
} from "./lease-sql.ts";
import type { Lease } from "./leases.ts";

/** The claim that a statement names. */
export interface MatchLease {
  readonly code: string;
  readonly owner: string;
  readonly epoch: number;
}

/** What is written of a match: the save, with its content sealed, and for how many days it is kept. */
export interface SealedSave extends Omit<MatchSave, "content" | "days"> {
  readonly snapshot: Buffer;
  readonly days: number;
}

/** A stored match. */
export interface MatchRow extends LeaseHolder {
  readonly game: string;
  readonly hidden: boolean;
  readonly over: boolean;
}

/** A match of an account. */
export interface OwnMatch {
  readonly code: string;
  readonly game: string;
  readonly phase: string;
  readonly changedAt: Date;
  readonly players: readonly { readonly name: string; readonly hasTurn: boolean; readonly isMe: boolean }[];
}

/** The match of a code; null: there is none. */
export async function findMatch(db: Db, code: string): Promise<MatchRow | null> {
  const rows = await db.query<MatchRow[]>(
    "SELECT game, hidden, over, owner, room_id, lease_until FROM lasting_match WHERE code = $1",
    [code],
  );
  return rows[0] ?? null;
}

/** Whether an account has a seat in a match. */
export async function hasSeat(db: Db, code: string, accountId: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    "SELECT 1 FROM lasting_match_seat WHERE code = $1 AND account_id = $2 LIMIT 1",
    [code, accountId],
  );
  return rows.length > 0;
}

/** The matches in which an account has a seat and that are not over, the last changed first. */
export function matchesOf(db: Db, accountId: string, most: number): Promise<OwnMatch[]> {
  return db.query<OwnMatch[]>(
    `SELECT code, game, phase, changed_at AS "changedAt",
       (SELECT jsonb_agg(jsonb_build_object('name', name, 'hasTurn', has_turn,
           'isMe', coalesce(account_id = $1, false)) ORDER BY place)
        FROM lasting_match_seat AS seat WHERE seat.code = own.code) AS players
     FROM lasting_match AS own
     WHERE NOT over AND code IN (SELECT code FROM lasting_match_seat WHERE account_id = $1)
     ORDER BY changed_at DESC, code LIMIT $2`,
    [accountId, most],
  );
}

/**
 * Acquires a match that is not over and is free, or whose lease has run out; with `handed` also one of this
 * owner. Null: it is leased.
 */
export async function claimMatch(
  db: Db,
  { code, owner }: Omit<MatchLease, "epoch">,
  roomId: string,
  handed: boolean,
): Promise<number | null> {
  const [rows] = await db.query<[{ epoch: number }[], number]>(
    `UPDATE lasting_match SET ${acquired()}
     WHERE code = $1 AND ((NOT over AND ${isFree()}) OR ($4 AND owner = $2)) RETURNING epoch`,
    [code, owner, roomId, handed],
  );
  return rows[0]?.epoch ?? null;
}

/** The sealed state. */
export async function savedMatch(db: Db, code: string): Promise<Buffer | null> {
  const rows = await db.query<{ snapshot: Buffer }[]>("SELECT snapshot FROM lasting_match WHERE code = $1", [
    code,
  ]);
  return rows[0]?.snapshot ?? null;
}

/** Writes a new match, leased by the owner. False: the code has one already. */
export async function insertMatch(
  db: Db,
  { code, owner }: Omit<MatchLease, "epoch">,
  { game, hidden }: { readonly game: string; readonly hidden: boolean },
  { snapshot, phase, over, days, seats }: SealedSave,
): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `WITH mine AS (
       INSERT INTO lasting_match (code, owner, game, hidden, snapshot, phase, over, keep_until, room_id, epoch,
         lease_until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(days => $8), $1, 1, ${LEASE_END})
       ON CONFLICT DO NOTHING RETURNING code)
    ${writeSeats("$9")}`,
    [code, owner, game, hidden, snapshot, phase, over, days, seatsText(seats)],
  );
  return rows.length === 1;
}

/** Saves and renews, or with `giveUp` frees the match in the same statement. False: fenced. */
export async function saveMatch(
  db: Db,
  { code, owner, epoch }: MatchLease,
  { snapshot, phase, over, days, seats }: SealedSave,
  giveUp: boolean,
): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `WITH mine AS (
       UPDATE lasting_match SET snapshot = $4, phase = $5, over = $6, version = version + 1, changed_at = now(),
         keep_until = now() + make_interval(days => $7), lease_until = ${LEASE_END},
         owner = CASE WHEN $8 THEN NULL ELSE owner END
       WHERE ${isLeased(MATCH_LEASES)} RETURNING code)
    ${writeSeats("$9")}`,
    [code, owner, epoch, snapshot, phase, over, days, giveUp, seatsText(seats)],
  );
  return rows.length === 1;
}

/** The rest of a statement that has written the match `mine`: its seats. An account may be gone by now. */
const writeSeats = (seats: string) => `,
     seat AS (
       SELECT mine.code, one.place, account.id AS account_id, one.character_id, one.name, one.has_turn
       FROM mine, jsonb_to_recordset(${seats}::jsonb)
         AS one (place integer, account uuid, character_id uuid, name text, has_turn boolean)
       LEFT JOIN account ON account.id = one.account),
     gone AS (
       DELETE FROM lasting_match_seat AS old USING mine
       WHERE old.code = mine.code AND NOT EXISTS (SELECT 1 FROM seat WHERE seat.place = old.place)),
     written AS (
       INSERT INTO lasting_match_seat (code, place, account_id, character_id, name, has_turn)
       SELECT code, place, account_id, character_id, name, has_turn FROM seat
       ON CONFLICT (code, place) DO UPDATE SET account_id = excluded.account_id,
         character_id = excluded.character_id, name = excluded.name, has_turn = excluded.has_turn)
     SELECT 1 FROM mine`;

const seatsText = (seats: readonly MatchSeat[]) =>
  JSON.stringify(
    seats.map(({ accountId, characterId, name, hasTurn }, place) => ({
      place,
      account: accountId,
      character_id: characterId,
      name,
      has_turn: hasTurn,
    })),
  );

/** Frees a match without saving. False: it was fenced already. */
export function freeMatch(db: Db, { code, owner, epoch }: MatchLease): Promise<boolean> {
  return freeLease(db, MATCH_LEASES, [code, owner, epoch]);
}

/** Renews the matches of a process; returns the codes of those that are still its own. */
export function renewMatches(db: Db, owner: string, leases: readonly Lease[]): Promise<Set<string>> {
  return renewLeases(db, MATCH_LEASES, owner, leases);
}

/** Frees the matches of a process, or of every process (null); returns how many. */
export function freeMatches(db: Db, owner: string | null): Promise<number> {
  return freeLeases(db, MATCH_LEASES, owner);
}

/** Deletes matches that are over or untouched for as long as they were to be kept, and are not open. */
export function sweepMatches(db: Db): Promise<unknown> {
  return db.query(`DELETE FROM lasting_match WHERE keep_until < now() AND ${isFree()}`);
}
