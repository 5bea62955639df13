import { randomUUID } from "node:crypto";
import type { EntityManager } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import type { Db } from "../storage/database.ts";
import { zoneHolder } from "./zone-rows.ts";

/** A database, or a transaction in which another one is a savepoint. */
type Transactions = Pick<EntityManager, "transaction">;

/** A saved world that was set aside. */
export interface QuarantinedZone {
  readonly id: string;
  readonly zone: string;
  /** Version of the save, and when it was saved. */
  readonly version: number;
  readonly savedAt: Date;
  readonly quarantinedAt: Date;
  readonly bytes: number;
  readonly reason: string;
}

/** All saved worlds that were set aside, the newest first. */
export function listQuarantine(db: Db): Promise<QuarantinedZone[]> {
  return db.query<QuarantinedZone[]>(
    `SELECT id, key AS zone, version, saved_at AS "savedAt", quarantined_at AS "quarantinedAt",
       length(snapshot) AS bytes, reason
     FROM zone_quarantine ORDER BY quarantined_at DESC, id`,
  );
}

/**
 * Sets the saved world of a zone aside, whole: the zone begins anew when it opens next.
 *
 * @returns the id by which {@link restoreQuarantined} brings it back
 * @throws ZONE_UNKNOWN the zone has no save
 * @throws ZONE_CLAIMED a room has the zone
 */
export function setZoneAside(db: Transactions, zone: string, reason: string): Promise<string> {
  return db.transaction(async (manager) => {
    await holdClosed(manager, zone);
    const id = await moveAside(manager, zone, reason);
    if (id === undefined) throw new RoomkeepError("ZONE_UNKNOWN", `The zone ${zone} has no saved world.`);
    return id;
  });
}

/**
 * Restores a world that was set aside as the saved world of its zone. The present save is set aside in turn.
 *
 * @returns the zone, and the id under which the former save was set aside
 * @throws ZONE_UNKNOWN nothing was set aside under this id
 * @throws ZONE_CLAIMED a room has the zone
 */
export function restoreQuarantined(db: Transactions, id: string): Promise<{ zone: string; aside?: string }> {
  return db.transaction(async (manager) => {
    const found = await manager.query<{ key: string; version: number }[]>(
      "SELECT key, version FROM zone_quarantine WHERE id::text = $1 FOR UPDATE",
      [id],
    );
    const [kept] = found;
    if (!kept) throw new RoomkeepError("ZONE_UNKNOWN", `Nothing was set aside under the id ${id}.`);
    const { key: zone } = kept;
    await holdClosed(manager, zone);
    const [present] = await manager.query<{ version: number }[]>(
      "SELECT version FROM zone_save WHERE key = $1",
      [zone],
    );
    const aside = await moveAside(manager, zone, `replaced by ${id}, which was restored`);
    // Higher than both: a version names one save only.
    const version = Math.max(kept.version, present?.version ?? 0) + 1;
    await manager.query(
      `INSERT INTO zone_save (key, snapshot, version, saved_at)
       SELECT key, snapshot, $2, saved_at FROM zone_quarantine WHERE id::text = $1`,
      [id, version],
    );
    await manager.query("DELETE FROM zone_quarantine WHERE id::text = $1", [id]);
    return aside === undefined ? { zone } : { zone, aside };
  });
}

/** Keeps a zone closed until the transaction ends, and fences its former owner. */
async function holdClosed(manager: EntityManager, zone: string): Promise<void> {
  const rows = await manager.query<unknown[]>(
    `INSERT INTO zone_lease AS lease (key, epoch) VALUES ($1, 1)
     ON CONFLICT (key) DO UPDATE SET owner = NULL, room_id = NULL, lease_until = NULL, epoch = lease.epoch + 1
     WHERE lease.owner IS NULL OR lease.lease_until < now()
     RETURNING epoch`,
    [zone],
  );
  if (rows.length > 0) return;
  const holder = await zoneHolder(manager, zone);
  throw new RoomkeepError(
    "ZONE_CLAIMED",
    `The zone ${zone} is open in room ${holder?.room_id}. Stop its server first; after a crash wait ten seconds.`,
  );
}

async function moveAside(manager: EntityManager, zone: string, reason: string): Promise<string | undefined> {
  const rows = await manager.query<{ id: string }[]>(
    `WITH gone AS (DELETE FROM zone_save WHERE key = $1 RETURNING *)
     INSERT INTO zone_quarantine (id, key, snapshot, version, saved_at, reason)
     SELECT $2, key, snapshot, version, saved_at, $3 FROM gone RETURNING id`,
    [zone, randomUUID(), reason],
  );
  return rows[0]?.id;
}
