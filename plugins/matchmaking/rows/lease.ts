import type { Db } from "roomkeep/server";

/** How long a process matches a queue without being heard of, s. */
const LEASE_S = 5;

/** Makes the row of each queue. Several processes may do it at once. */
export async function openQueues(db: Db, names: readonly string[]): Promise<void> {
  await db.query("INSERT INTO matchmaking_queue (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", [
    names,
  ]);
}

/**
 * Takes or renews the lease of a queue: one process matches it at a time, and another one within seconds of
 * its death. Only the database's clock decides.
 *
 * @returns whether the queue is closed; undefined: another process has it
 */
export async function takeLease(
  db: Db,
  queue: string,
  owner: string,
): Promise<{ closed: boolean } | undefined> {
  const [rows] = await db.query<[{ closed: boolean }[], number]>(
    `UPDATE matchmaking_queue SET owner = $2, lease_until = clock_timestamp() + interval '${LEASE_S} s'
     WHERE name = $1 AND (owner = $2 OR lease_until < clock_timestamp()) RETURNING closed`,
    [queue, owner],
  );
  return rows[0];
}

/**
 * Whether the lease holds yet, as it then does until the transaction ends: a process that froze writes
 * nothing.
 */
export async function holdLease(db: Db, queue: string, owner: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `SELECT 1 FROM matchmaking_queue
     WHERE name = $1 AND owner = $2 AND lease_until > clock_timestamp() FOR NO KEY UPDATE`,
    [queue, owner],
  );
  return rows.length > 0;
}

/** Gives the leases of a process back, so that another one goes on at once. */
export async function endLeases(db: Db, owner: string): Promise<void> {
  await db.query("UPDATE matchmaking_queue SET lease_until = '-infinity' WHERE owner = $1", [owner]);
}
