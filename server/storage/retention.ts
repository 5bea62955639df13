import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { answerWithin, type Db } from "./database.ts";

/** How long commands stay in the audit log. */
const AUDIT_AGE = "1 year";
/** How long visits are kept, with the addresses in them. */
const VISIT_AGE = "90 days";
const SWEEP_MS = 10 * 60_000;

/**
 * Deletes what has run out, and ends the visits of processes that died: those whose claim is no longer theirs. Any
 * number of processes may do it.
 */
export async function applyRetention(db: Db): Promise<void> {
  for (const statement of [
    "DELETE FROM join_ticket WHERE expires_at < now() - interval '1 hour'",
    "DELETE FROM oidc_attempt WHERE expires_at < now()",
    "DELETE FROM refresh_token WHERE expires_at < now()",
    // Used ones are kept for a while: who comes with one is told, and his sign-in is ended.
    "DELETE FROM refresh_token WHERE used_at < now() - interval '30 days'",
    `DELETE FROM sign_in WHERE created_at < now() - interval '1 day'
       AND NOT EXISTS (SELECT 1 FROM refresh_token WHERE sign_in_id = sign_in.id)`,
    `DELETE FROM audit_entry WHERE at < now() - interval '${AUDIT_AGE}'`,
    `DELETE FROM visit WHERE started_at < now() - interval '${VISIT_AGE}'`,
    `UPDATE visit SET ended_at = now(), ending = 'lost'
     WHERE ended_at IS NULL AND started_at < now() - interval '1 minute' AND NOT EXISTS (
       SELECT 1 FROM character
       WHERE id = character_id AND owner = visit.process AND epoch = visit.epoch AND lease_until > now())`,
  ]) {
    await answerWithin(db.query(statement));
  }
}

/** Sweeps now and then. @returns how to stop */
export function openRetention(ds: DataSource, log: Pick<BaseLogger, "warn">): () => void {
  const timer = setInterval(() => {
    applyRetention(ds).catch((error) => log.warn({ err: error }, "what has run out could not be swept away"));
  }, SWEEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}
