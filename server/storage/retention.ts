import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "./database.ts";

/** Age at which entries leave the audit log. */
const AUDIT_AGE = "1 year";
const SWEEP_MS = 10 * 60_000;
/** Rows that one statement deletes, so that no lock is held for long. */
const BATCH = 1_000;
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;

/** Rows with a limited age, or another statement that runs as often. */
export type Retention =
  | {
      /** Whose rows have a limited age. */
      readonly table: string;
      /** Of type timestamptz, with an index. */
      readonly column: string;
      /** Older rows are deleted. */
      readonly days: number;
    }
  | {
      /** Deletes what has run out by a statement of its own, every ten minutes, in each process. */
      sweep(db: Db): Promise<unknown>;
    };

/**
 * Deletes expired rows. Several processes may do it at the same time.
 *
 * @param more rules of plugins
 */
export async function applyRetention(db: Db, more: readonly Retention[] = []): Promise<void> {
  for (const statement of [
    "DELETE FROM join_ticket WHERE expires_at < now() - interval '1 hour'",
    "DELETE FROM oidc_attempt WHERE expires_at < now()",
    "DELETE FROM refresh_token WHERE expires_at < now()",
    // Used tokens stay for a while: a second use of one is detected and ends its sign-in.
    "DELETE FROM refresh_token WHERE used_at < now() - interval '30 days'",
    `DELETE FROM sign_in WHERE created_at < now() - interval '1 day'
       AND NOT EXISTS (SELECT 1 FROM refresh_token WHERE sign_in_id = sign_in.id)`,
    // From the beginning of the chain on, which the head notes; its last entry stays.
    `WITH kept AS (
       UPDATE audit_head SET kept_from = first.seq
       FROM (SELECT COALESCE(
           (SELECT min(seq) FROM audit_entry WHERE at >= now() - interval '${AUDIT_AGE}'),
           (SELECT max(seq) FROM audit_entry)) AS seq) AS first
       WHERE kept_from < first.seq RETURNING kept_from
     ), signatures AS (
       DELETE FROM audit_signature USING kept WHERE seq < kept.kept_from
     )
     DELETE FROM audit_entry USING kept WHERE seq < kept.kept_from`,
  ]) {
    await answerWithin(db.query(statement));
  }
  for (const retention of more) {
    if ("sweep" in retention) await answerWithin(retention.sweep(db));
    else await deleteOlder(db, retention);
  }
}

/** @throws PLUGIN_INVALID table or column is no plain name */
async function deleteOlder(
  db: Db,
  { table, column, days }: Extract<Retention, { table: string }>,
): Promise<void> {
  if (!IDENTIFIER.test(table) || !IDENTIFIER.test(column))
    throw new RoomkeepError("PLUGIN_INVALID", `"${table}.${column}" names no column.`);
  for (let deleted = BATCH; deleted === BATCH; ) {
    const rows = await answerWithin(
      db.query<{ n: number }[]>(
        `WITH gone AS (
           DELETE FROM "${table}" WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM "${table}" WHERE "${column}" < now() - make_interval(days => $1) LIMIT ${BATCH}
           )) RETURNING 1
         ) SELECT count(*)::int AS n FROM gone`,
        [days],
      ),
    );
    deleted = rows[0]?.n ?? 0;
  }
}

/** Applies retention every ten minutes. @returns a function that stops it */
export function openRetention(
  ds: DataSource,
  log: Pick<BaseLogger, "warn">,
  more: readonly Retention[],
): () => void {
  const timer = setInterval(() => {
    applyRetention(ds, more).catch((error) => log.warn({ err: error }, "expired rows could not be deleted"));
  }, SWEEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}
