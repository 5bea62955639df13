import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { Config } from "../config.ts";
import { tellSanctions } from "../hints.ts";
import type { Retention } from "../storage/retention.ts";
import { openReports, type ReportFiled } from "./reports.ts";
import { openSanctionWatch } from "./sanction-watch.ts";

/** Days after its end for which a sanction is kept. */
const SANCTION_DAYS = 730;

/** What moderation has of its process, where it has it. */
export interface ModerationParts {
  /** Keeps the minute before a report. Never throws; undefined: nothing is kept. */
  readonly kept?: {
    keepFor(
      room: { readonly roomId: string },
      why: { readonly reason: string; readonly by: string; readonly about: string },
    ): Promise<string | undefined>;
  };
  /** Told of each new report, for those who look at the queue. */
  readonly filed?: ReportFiled;
}

/** Opens the ports by which rooms are moderated. */
export function openModeration(
  ds: DataSource,
  { appeal }: Pick<Config, "appeal">,
  log: Pick<BaseLogger, "info" | "warn" | "error">,
  { kept, filed = () => {} }: ModerationParts = {},
) {
  return {
    sanctions: openSanctionWatch(ds, log, { appeal, tell: () => void tellSanctions(log) }),
    reports: openReports(ds, log, {
      keepMinute: async ({ roomId, reason }, id) =>
        kept?.keepFor({ roomId }, { reason: `report: ${reason}`, by: "report", about: `report:${id}` }),
      filed,
    }),
  };
}

/** What of moderation is deleted by its age. */
export function moderationRetention({ reportDays }: Pick<Config, "reportDays">): Retention[] {
  return [
    { table: "report", column: "at", days: reportDays },
    {
      sweep: (db) =>
        db.query(
          `DELETE FROM sanction WHERE given_at < now() - make_interval(days => $1)
             AND COALESCE(lifted_at, ends_at, CASE WHEN kind IN ('warn', 'kick') THEN given_at END)
               < now() - make_interval(days => $1)`,
          [SANCTION_DAYS],
        ),
    },
  ];
}
