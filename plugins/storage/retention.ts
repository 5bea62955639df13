import type { Db, Retention } from "roomkeep/server";
import type { Collection } from "./collection.ts";

/** Values that one statement deletes, and statements in one sweep: the next is ten minutes later. */
const BATCH = 1_000;
const BATCHES = 20;

/** Deletes values that were not written for longer than their collection keeps them. */
export function retentionOf(collections: readonly Collection[]): readonly Retention[] {
  return collections.flatMap(({ name, days }) =>
    days === undefined ? [] : [{ sweep: (db: Db) => deleteOld(db, name, days) }],
  );
}

async function deleteOld(db: Db, collection: string, days: number): Promise<void> {
  for (let i = 0, deleted = BATCH; i < BATCHES && deleted === BATCH; i++) {
    const [row] = await db.query<{ n: number }[]>(
      `WITH gone AS (
         DELETE FROM storage_value WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM storage_value
           WHERE collection = $1 AND written_at < now() - make_interval(days => $2) LIMIT ${BATCH}
         )) RETURNING 1
       ) SELECT count(*)::int AS n FROM gone`,
      [collection, days],
    );
    deleted = row?.n ?? 0;
  }
}
