import type { Db } from "../storage/database.ts";
import type { LeaseHolder } from "./acquire-lease.ts";
import {
  acquired,
  freeLease,
  freeLeases,
  isFree,
  isLeased,
  LEASE_END,
  renewLeases,
  ZONE_LEASES,
} from "./lease-sql.ts";
import type { Lease } from "./leases.ts";

/** The claim that a statement names. */
export interface ZoneLease {
  readonly key: string;
  readonly owner: string;
  readonly epoch: number;
}

/** A saved world. */
export interface SaveRow {
  readonly snapshot: Buffer;
  readonly version: number;
  readonly saved_at: Date;
}

/**
 * Acquires a zone that is free, new, or whose lease has run out; with `handed` also one of this owner. Null:
 * it is leased.
 */
export async function claimZone(
  db: Db,
  key: string,
  owner: string,
  roomId: string,
  handed: boolean,
): Promise<number | null> {
  const rows = await db.query<{ epoch: number }[]>(
    `INSERT INTO zone_lease AS lease (key, owner, room_id, epoch, lease_until)
       VALUES ($1, $2, $3, 1, ${LEASE_END})
     ON CONFLICT (key) DO UPDATE SET ${acquired("lease")}
     WHERE ${isFree("lease")} OR ($4 AND lease.owner = $2)
     RETURNING epoch`,
    [key, owner, roomId, handed],
  );
  return rows[0]?.epoch ?? null;
}

/** The owner of a zone. Null: it was never claimed. */
export async function zoneHolder(db: Db, key: string): Promise<LeaseHolder | null> {
  const rows = await db.query<LeaseHolder[]>(
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
export async function saveZone(
  db: Db,
  lease: ZoneLease,
  snapshot: Buffer,
  giveUp: boolean,
): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `WITH mine AS (
       UPDATE zone_lease SET owner = CASE WHEN $5 THEN NULL ELSE owner END, lease_until = ${LEASE_END}
       WHERE ${isLeased(ZONE_LEASES)} RETURNING key)
     INSERT INTO zone_save AS save (key, snapshot) SELECT key, $4 FROM mine
     ON CONFLICT (key) DO UPDATE SET snapshot = excluded.snapshot, version = save.version + 1, saved_at = now()
     RETURNING version`,
    [lease.key, lease.owner, lease.epoch, snapshot, giveUp],
  );
  return rows.length === 1;
}

/** Frees a zone without saving. False: it was fenced already. */
export function freeZone(db: Db, { key, owner, epoch }: ZoneLease): Promise<boolean> {
  return freeLease(db, ZONE_LEASES, [key, owner, epoch]);
}

/** Renews the zones of a process; returns the keys of those that are still its own. */
export function renewZones(db: Db, owner: string, leases: readonly Lease[]): Promise<Set<string>> {
  return renewLeases(db, ZONE_LEASES, owner, leases);
}

/** Frees the zones of a process, or of every process (null); returns how many. */
export function freeZones(db: Db, owner: string | null): Promise<number> {
  return freeLeases(db, ZONE_LEASES, owner);
}
