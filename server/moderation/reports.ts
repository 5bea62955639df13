import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { PlayerReport, ReportedLine, ReportPort } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import type { Moderator } from "./sanctions.ts";

/** How a report may be decided. */
export const REPORT_OUTCOMES = ["sanctioned", "no-action", "unfounded", "abusive"] as const;
/** States of a report. */
export const REPORT_STATES = ["open", "claimed", "decided"] as const;

/** A report as moderators see it. Times are ISO. */
export interface ReportView {
  readonly id: string;
  readonly at: string;
  readonly game: string;
  readonly roomId: string;
  /** Null: the account is gone. */
  readonly reporterId: string | null;
  readonly reporterName: string;
  readonly reportedId: string;
  readonly reportedCharacter: string | null;
  readonly reportedName: string;
  readonly reason: string;
  readonly text: string;
  readonly chat: readonly ReportedLine[];
  /** Id of the kept recording; null: there is none. */
  readonly recording: string | null;
  readonly state: (typeof REPORT_STATES)[number];
  /** Name of the moderator; empty: nobody has. */
  readonly claimedBy: string;
  readonly claimedAt: string | null;
  readonly outcome: (typeof REPORT_OUTCOMES)[number] | null;
  readonly decision: string;
  readonly decidedAt: string | null;
  readonly sanctionId: string | null;
  readonly reopened: number;
}

/** Told of each new report: what it is about, for those who look at the queue. */
export type ReportFiled = (report: {
  readonly id: string;
  readonly game: string;
  readonly reason: string;
}) => void;

/**
 * Opens where rooms hand over reports.
 *
 * @param options.keepMinute keeps the recording of the minute before; undefined: it keeps none
 * @param options.filed told of each
 */
export function openReports(
  ds: DataSource,
  log: Pick<BaseLogger, "info" | "warn">,
  {
    keepMinute,
    filed,
  }: {
    readonly keepMinute: (report: PlayerReport, reportId: string) => Promise<string | undefined>;
    readonly filed: ReportFiled;
  },
): ReportPort {
  return {
    async file(report) {
      const { game, roomId, reporter, reported, reason, text, chat } = report;
      const id = randomUUID();
      await answerWithin(
        ds.query(
          `INSERT INTO report (id, game, room_id, reporter_id, reporter_character, reporter_name, reported_id,
             reported_character, reported_name, reason, text, chat)
           SELECT $1, $2, $3, (SELECT id FROM account WHERE id = $4), $5, $6, account.id, $8, $9, $10, $11, $12
           FROM account WHERE id = $7`,
          [
            id,
            game,
            roomId,
            reporter.accountId,
            reporter.characterId,
            reporter.name,
            reported.accountId,
            reported.characterId,
            reported.name,
            reason,
            text,
            JSON.stringify(chat),
          ],
        ),
      );
      log.info({ report: id, game, roomId, reason }, "a player was reported");
      filed({ id, game, reason });
      // The report stands whether or not there is a recording.
      const keeping = keepMinute(report, id).then(
        (recording) =>
          recording &&
          answerWithin(ds.query("UPDATE report SET recording = $2 WHERE id = $1", [id, recording])),
      );
      keeping.catch((error) => log.warn({ err: error, report: id }, "a report has no recording"));
    },
  };
}

const BY = "COALESCE(mod.name, mod.id::text, r.claimed_by_name)";
const COLUMNS = `r.id, r.at, r.game, r.room_id AS "roomId", r.reporter_id AS "reporterId",
  r.reporter_name AS "reporterName", r.reported_id AS "reportedId", r.reported_character AS "reportedCharacter",
  r.reported_name AS "reportedName", r.reason, r.text, r.chat, r.recording, r.state, ${BY} AS "claimedBy",
  r.claimed_at AS "claimedAt", r.outcome, r.decision, r.decided_at AS "decidedAt",
  r.sanction_id AS "sanctionId", r.reopened`;
const FROM = "FROM report AS r LEFT JOIN account AS mod ON mod.id = r.claimed_by";

/** Which reports are listed. */
export interface ReportFilter {
  readonly state?: (typeof REPORT_STATES)[number] | undefined;
  /** About this account. */
  readonly reportedId?: string | undefined;
  /** By this account. */
  readonly reporterId?: string | undefined;
  /** Id of the last one of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Reports, the newest first. */
export async function listReports(db: Db, filter: ReportFilter): Promise<ReportView[]> {
  const { state, reportedId, reporterId, before, limit } = filter;
  const rows = await answerWithin(
    db.query<object[]>(
      `SELECT ${COLUMNS} ${FROM}
       WHERE ($1::text IS NULL OR r.state = $1) AND ($2::uuid IS NULL OR r.reported_id = $2)
         AND ($3::uuid IS NULL OR r.reporter_id = $3) AND ($4::uuid IS NULL OR (r.at, r.id) < (SELECT at, id FROM report WHERE id = $4))
       ORDER BY r.at DESC, r.id DESC LIMIT $5`,
      [state ?? null, reportedId ?? null, reporterId ?? null, before ?? null, limit],
    ),
  );
  return rows.map((row) => JSON.parse(JSON.stringify(row)) as ReportView);
}

/** How many reports wait. */
export async function countReports(db: Db): Promise<{ open: number; claimed: number }> {
  const rows = await answerWithin(
    db.query<{ state: string; n: number }[]>(
      "SELECT state, count(*)::int AS n FROM report WHERE state IN ('open', 'claimed') GROUP BY state",
    ),
  );
  const of = (state: string) => rows.find((row) => row.state === state)?.n ?? 0;
  return { open: of("open"), claimed: of("claimed") };
}

/** One report. @throws REPORT_UNKNOWN */
export async function readReport(db: Db, id: string): Promise<ReportView> {
  const [row] = await answerWithin(db.query<object[]>(`SELECT ${COLUMNS} ${FROM} WHERE r.id = $1`, [id]));
  if (!row) throw new RoomkeepError("REPORT_UNKNOWN");
  return JSON.parse(JSON.stringify(row)) as ReportView;
}

const nameOf = (by: Moderator): string => (by.accountId ? "" : (by.name ?? ""));

/**
 * Claims a report, so that others leave it alone. A second claim by the same moderator is the same.
 *
 * @throws REPORT_UNKNOWN
 * @throws REPORT_TAKEN another has it, or it is decided
 */
export function claimReport(db: Db, id: string, by: Moderator): Promise<ReportView> {
  return change(
    db,
    id,
    `UPDATE report SET state = 'claimed', claimed_by = $2, claimed_by_name = $3, claimed_at = now()
     WHERE id = $1 AND (state = 'open' OR (state = 'claimed' AND ${IS_MINE})) RETURNING id`,
    [by.accountId ?? null, nameOf(by)],
  );
}

/** `$2` and `$3` are the moderator's account and name. */
const IS_MINE = "claimed_by IS NOT DISTINCT FROM $2::uuid AND claimed_by_name = $3::text";

/**
 * Decides a report that is open, or claimed by the same moderator.
 *
 * @throws REPORT_UNKNOWN
 * @throws REPORT_TAKEN another has it, or it is decided
 * @throws SANCTION_UNKNOWN no such sanction of the reported account
 */
export async function decideReport(
  db: Db,
  id: string,
  {
    outcome,
    decision,
    sanctionId,
    by,
  }: {
    readonly outcome: (typeof REPORT_OUTCOMES)[number];
    readonly decision: string;
    readonly sanctionId: string | undefined;
    readonly by: Moderator;
  },
): Promise<ReportView> {
  if (sanctionId !== undefined) {
    const found = await answerWithin(
      db.query<unknown[]>(
        `SELECT 1 FROM sanction JOIN report ON reported_id = account_id OR account_id IS NULL
         WHERE sanction.id = $1 AND report.id = $2`,
        [sanctionId, id],
      ),
    );
    if (found.length === 0) throw new RoomkeepError("SANCTION_UNKNOWN");
  }
  return change(
    db,
    id,
    `UPDATE report SET state = 'decided', outcome = $4, decision = $5, sanction_id = $6, decided_at = now(),
       claimed_by = $2, claimed_by_name = $3, claimed_at = COALESCE(claimed_at, now())
     WHERE id = $1 AND (state = 'open' OR (state = 'claimed' AND ${IS_MINE})) RETURNING id`,
    [by.accountId ?? null, nameOf(by), outcome, decision, sanctionId ?? null],
  );
}

/**
 * Puts a report that was decided or claimed back into the queue. What was decided stays to be read until it
 * is decided anew.
 *
 * @throws REPORT_UNKNOWN
 * @throws REPORT_TAKEN it is open already
 */
export function reopenReport(db: Db, id: string): Promise<ReportView> {
  return change(
    db,
    id,
    `UPDATE report SET state = 'open', claimed_by = NULL, claimed_by_name = '', claimed_at = NULL,
       reopened = reopened + 1
     WHERE id = $1 AND state <> 'open' RETURNING id`,
    [],
  );
}

async function change(db: Db, id: string, sql: string, values: readonly unknown[]): Promise<ReportView> {
  const [rows] = await answerWithin(db.query<[unknown[], number]>(sql, [id, ...values]));
  const report = await readReport(db, id);
  if (rows.length === 0) throw new RoomkeepError("REPORT_TAKEN");
  return report;
}
