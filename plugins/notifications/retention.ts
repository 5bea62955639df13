import type { Db, Retention } from "roomkeep/server";

/** Rows that one statement deletes, and statements in one sweep: the next is ten minutes later. */
const BATCH = 1_000;
const BATCHES = 20;

/** Deletes notifications that are over, and what is too old. */
export function retentionOf({ days }: { readonly days: number }): readonly Retention[] {
  return [
    { table: "notification", column: "at", days },
    // As long as one may be shown: who comes later gets it too.
    { table: "notification_announcement", column: "at", days: Math.max(days, 366) },
    { sweep: deleteExpired },
  ];
}

async function deleteExpired(db: Db): Promise<void> {
  for (let i = 0, deleted = BATCH; i < BATCHES && deleted === BATCH; i++) {
    const [row] = await db.query<{ n: number }[]>(
      `WITH gone AS (
         DELETE FROM notification WHERE (account_id, number) IN (
           SELECT account_id, number FROM notification WHERE expires_at < now() LIMIT ${BATCH}) RETURNING 1
       ) SELECT count(*)::int AS n FROM gone`,
    );
    deleted = row?.n ?? 0;
  }
}
