import type { Db } from "../storage/database.ts";

/**
 * A table whose rows are leased: columns `owner`, `epoch` and `lease_until` beside its key. The names become
 * part of statements, so they are constants of this file and never input.
 */
export interface LeaseTable {
  readonly table: "character" | "zone_lease" | "lasting_match";
  readonly key: "id" | "key" | "code";
  readonly keyType: "uuid" | "text";
  /** The assignments that free a row. */
  readonly freed: string;
}

/** Leases of characters. */
export const CHARACTER_LEASES: LeaseTable = {
  table: "character",
  key: "id",
  keyType: "uuid",
  freed: "owner = NULL, room_id = NULL, lease_until = NULL",
};

/** Leases of zones. A free zone still names its last room. */
export const ZONE_LEASES: LeaseTable = {
  table: "zone_lease",
  key: "key",
  keyType: "text",
  freed: "owner = NULL, lease_until = NULL",
};

/** Leases of lasting matches. A closed match still names its last room. */
export const MATCH_LEASES: LeaseTable = {
  table: "lasting_match",
  key: "code",
  keyType: "text",
  freed: "owner = NULL, lease_until = NULL",
};

/**
 * When a lease that is taken or renewed now runs out. `now()` is the database's, the only clock that every
 * process shares. A statement that waited for a row lock keeps the `now()` of its start: it then sees a lease
 * as live for longer and takes a shorter one, so the error is on the safe side.
 */
export const LEASE_END = "now() + interval '10 seconds'";

/**
 * The assignments that acquire a row for the owner `$2` and the room `$3`.
 *
 * @param row alias of the row, where its columns need a qualifier
 */
export function acquired(row?: string): string {
  const epoch = row === undefined ? "epoch" : `${row}.epoch`;
  return `owner = $2, room_id = $3, epoch = ${epoch} + 1, lease_until = ${LEASE_END}`;
}

/** The condition that a row is free or its lease has run out. `row` as in {@link acquired}. */
export function isFree(row?: string): string {
  const prefix = row === undefined ? "" : `${row}.`;
  return `(${prefix}owner IS NULL OR ${prefix}lease_until < now())`;
}

/** The condition that the row `$1` is leased by the owner `$2` under the epoch `$3`. */
export function isLeased({ key }: LeaseTable): string {
  return `${key} = $1 AND owner = $2 AND epoch = $3`;
}

/**
 * Renews every lease of a process in one statement; returns the keys of those that are still its own. The
 * rows are locked in order of their keys, as bookings do, so that the two cannot deadlock.
 */
export async function renewLeases(
  db: Db,
  { table, key, keyType }: LeaseTable,
  owner: string,
  leases: readonly { readonly id: string; readonly epoch: number }[],
): Promise<Set<string>> {
  const [rows] = await db.query<[{ id: string }[], number]>(
    `WITH own AS (
       SELECT ${key}, epoch FROM ${table}
       JOIN unnest($2::${keyType}[], $3::integer[]) AS held (held_id, held_epoch)
         ON ${key} = held_id AND epoch = held_epoch
       WHERE owner = $1 ORDER BY ${key} FOR NO KEY UPDATE OF ${table}
     )
     UPDATE ${table} SET lease_until = ${LEASE_END} FROM own
     WHERE ${table}.${key} = own.${key} AND ${table}.epoch = own.epoch AND owner = $1
     RETURNING ${table}.${key} AS id`,
    [owner, leases.map(({ id }) => id), leases.map(({ epoch }) => epoch)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Frees one row without saving. False: its lease was lost already. */
export async function freeLease(
  db: Db,
  leases: LeaseTable,
  [key, owner, epoch]: readonly [key: string, owner: string, epoch: number],
): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE ${leases.table} SET ${leases.freed} WHERE ${isLeased(leases)}`,
    [key, owner, epoch],
  );
  return count === 1;
}

/**
 * Frees all rows of a process, or of every process (null): at its end, or at the start of a process that is
 * alone.
 */
export async function freeLeases(
  db: Db,
  { table, freed }: LeaseTable,
  owner: string | null,
): Promise<number> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE ${table} SET ${freed} WHERE owner IS NOT NULL AND ($1::text IS NULL OR owner = $1)`,
    [owner],
  );
  return count;
}
