import { RoomkeepError } from "../../../shared/index.ts";
import { answerWithin, type Db } from "../../storage/database.ts";
import type { Retention } from "../../storage/retention.ts";
import type { RaisedAlert, SEVERITIES } from "./alert.ts";

/** Longest wait for the database, ms: it may be what the alert is about. */
const ANSWER_MS = 2_000;

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly severity: (typeof SEVERITIES)[number];
  readonly value: number;
  readonly threshold: number;
  readonly fired_at: Date;
  readonly told_at: Date;
  readonly times: number;
  readonly recovered_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
}

const raisedOf = (row: Row): RaisedAlert => ({
  id: row.id,
  rule: row.rule,
  subject: row.subject,
  severity: row.severity,
  value: row.value,
  threshold: row.threshold,
  firedAt: row.fired_at.getTime(),
  toldAt: row.told_at.getTime(),
  times: row.times,
  recoveredAt: row.recovered_at?.getTime() ?? null,
  acknowledgedAt: row.acknowledged_at?.getTime() ?? null,
  acknowledgedBy: row.acknowledged_by,
});

/** Which alerts are read. */
export interface AlertFilter {
  /** True: only open ones; false: only those that have recovered. */
  readonly open?: boolean | undefined;
  readonly last: number;
}

/** Reads alerts, the newest first. */
export async function readAlerts(db: Db, { open, last }: AlertFilter): Promise<RaisedAlert[]> {
  const rows = await answerWithin(
    db.query<Row[]>(
      `SELECT * FROM alert WHERE $1::boolean IS NULL OR (recovered_at IS NULL) = $1
       ORDER BY fired_at DESC, id LIMIT $2`,
      [open ?? null, last],
    ),
    ANSWER_MS,
  );
  return rows.map(raisedOf);
}

/**
 * Writes an alert as it stands: a new one, or a later state of one that is known.
 *
 * @returns false: there is an open one of this rule and subject already, which another process has raised;
 *   or its later state is known
 */
export async function writeAlert(db: Db, alert: RaisedAlert): Promise<boolean> {
  const rows = await answerWithin(
    db.query<unknown[]>(
      `WITH known AS (
         UPDATE alert SET value = $5, told_at = $8, times = $9, recovered_at = $10
         WHERE id = $1 AND recovered_at IS NULL AND (times < $9 OR $10::timestamptz IS NOT NULL) RETURNING id
       ), fresh AS (
         INSERT INTO alert (id, rule, subject, severity, value, threshold, fired_at, told_at, times, recovered_at)
         SELECT $1, $2, $3, $4, $5, $6::double precision, $7::timestamptz, $8, $9, $10
         WHERE NOT EXISTS (SELECT 1 FROM alert WHERE id = $1) ON CONFLICT DO NOTHING RETURNING id
       ) SELECT id FROM known UNION ALL SELECT id FROM fresh`,
      [
        alert.id,
        alert.rule,
        alert.subject,
        alert.severity,
        alert.value,
        alert.threshold,
        new Date(alert.firedAt),
        new Date(alert.toldAt),
        alert.times,
        alert.recoveredAt === null ? null : new Date(alert.recoveredAt),
      ],
    ),
    ANSWER_MS,
  );
  return rows.length > 0;
}

/** Notes who has seen an alert: it is not told again. @throws ALERT_UNKNOWN */
export async function acknowledgeAlert(db: Db, id: string, by: string): Promise<RaisedAlert> {
  const [rows] = await answerWithin(
    db.query<[Row[], number]>(
      `UPDATE alert SET acknowledged_at = coalesce(acknowledged_at, now()),
         acknowledged_by = coalesce(acknowledged_by, $2)
       WHERE id::text = $1 RETURNING *`,
      [id, by],
    ),
  );
  const [row] = rows;
  if (!row) throw new RoomkeepError("ALERT_UNKNOWN");
  return raisedOf(row);
}

/** Alerts are kept for a quarter of a year. */
export const alertRetention: Retention = { table: "alert", column: "fired_at", days: 90 };
