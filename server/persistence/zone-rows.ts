import { randomUUID } from "node:crypto";
import type { Db } from "../storage/database.ts";
import type { Lease } from "./leases.ts";

/** As in character-rows.ts: each function is one statement, and the database's clock decides. */
const LEASE = "now() + interval '10 seconds'";

/** What names a claim in a statement. */
export interface HeldZone {
  readonly key: string;
  readonly owner: string;
  readonly epoch: number;
}

/** A world as it lies in the database. */
export interface SaveRow {
  readonly snapshot: Buffer;
  readonly version: number;
  readonly saved_at: Date;
}

/** Acquires a zone that is free, new, or whose lease has run out; `handed`: or that this owner has. Null: it is held. */
export async function claimZone(
  db: Db,
  key: string,
  owner: string,
  roomId: string,
  handed: boolean,
): Promise<number | null> {
  const rows = await db.query<{ epoch: number }[]>(
    `INSERT INTO zone_lease AS lease (key, owner, room_id, epoch, lease_until) VALUES ($1, $2, $3, 1, ${LEASE})
     ON CONFLICT (key) DO UPDATE SET owner = $2, room_id = $3, epoch = lease.epoch + 1, lease_until = ${LEASE}
     WHERE lease.owner IS NULL OR lease.lease_until < now() OR ($4 AND lease.owner = $2)
     RETURNING epoch`,
    [key, owner, roomId, handed],
  );
  return rows[0]?.epoch ?? null;
}

/** Who has a zone. */
export interface ZoneHolder {
  readonly owner: string | null;
  readonly room_id: string | null;
  readonly lease_until: Date | null;
}

/** Null: nobody ever had it. */
export async function zoneHolder(db: Db, key: string): Promise<ZoneHolder | null> {
  const rows = await db.query<ZoneHolder[]>(
    "SELECT owner, room_id, lease_until FROM zone_lease WHERE key = $1",
    [key],
  );
  return rows[0] ?? null;
}

/** The saved world. */
export async function savedZone(db: Db, key: string): Promise<SaveRow | null> {
  const rows = await db.query<SaveRow[]>("SELECT snapshot, version, saved_at FROM zone_save WHERE key = $1", [
    key,
  ]);
  return rows[0] ?? null;
}

/** Saves and renews, or with `giveUp` frees the zone in the same statement. False: fenced. */
export async function saveZone(db: Db, held: HeldZone, snapshot: Buffer, giveUp: boolean): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `WITH mine AS (
       UPDATE zone_lease SET owner = CASE WHEN $5 THEN NULL ELSE owner END, lease_until = ${LEASE}
       WHERE key = $1 AND owner = $2 AND epoch = $3 RETURNING key)
     INSERT INTO zone_save AS save (key, snapshot) SELECT key, $4 FROM mine
     ON CONFLICT (key) DO UPDATE SET snapshot = excluded.snapshot, version = save.version + 1, saved_at = now()
     RETURNING version`,
    [held.key, held.owner, held.epoch, snapshot, giveUp],
  );
  return rows.length === 1;
}

/** Frees a zone unsaved. False: it was no longer held. */
export async function freeZone(db: Db, held: HeldZone): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    "UPDATE zone_lease SET owner = NULL, lease_until = NULL WHERE key = $1 AND owner = $2 AND epoch = $3",
    [held.key, held.owner, held.epoch],
  );
  return count === 1;
}

/** Moves the saved world aside, whole, in one statement. False: fenced, or there was none. */
export async function quarantineZone(db: Db, held: HeldZone, reason: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `WITH mine AS (
       UPDATE zone_lease SET lease_until = ${LEASE} WHERE key = $1 AND owner = $2 AND epoch = $3 RETURNING key),
     gone AS (DELETE FROM zone_save USING mine WHERE zone_save.key = mine.key RETURNING zone_save.*)
     INSERT INTO zone_quarantine (id, key, snapshot, version, saved_at, reason)
     SELECT $4, key, snapshot, version, saved_at, $5 FROM gone RETURNING id`,
    [held.key, held.owner, held.epoch, randomUUID(), reason],
  );
  return rows.length === 1;
}

/** Renews every zone of a process in one statement; returns those that are still its own. */
export async function renewZones(db: Db, owner: string, held: readonly Lease[]): Promise<Set<string>> {
  const [rows] = await db.query<[{ key: string }[], number]>(
    `UPDATE zone_lease SET lease_until = ${LEASE}
     FROM unnest($2::text[], $3::integer[]) AS held (held_key, held_epoch)
     WHERE key = held_key AND epoch = held_epoch AND owner = $1
     RETURNING key`,
    [owner, held.map(({ id }) => id), held.map(({ epoch }) => epoch)],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Frees what a process still holds, or what anybody does (null). */
export async function freeZones(db: Db, owner: string | null): Promise<number> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE zone_lease SET owner = NULL, lease_until = NULL
     WHERE owner IS NOT NULL AND ($1::text IS NULL OR owner = $1)`,
    [owner],
  );
  return count;
}
