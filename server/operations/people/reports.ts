import { z } from "zod";
import { REPORT_REASONS } from "../../../shared/internal.ts";
import {
  claimReport,
  countReports,
  decideReport,
  listReports,
  REPORT_OUTCOMES,
  REPORT_STATES,
  readReport,
  reopenReport,
} from "../../moderation/reports.ts";
import { REASON_MAX } from "../../moderation/sanctions.ts";
import { defineOperation } from "../operation.ts";
import { moderatorOf } from "./sanctions.ts";

const report = z.uuid().meta({ description: "id of the report" });
const time = z.iso.datetime();
const reportView = z.object({
  id: z.uuid(),
  at: time,
  game: z.string(),
  roomId: z.string(),
  reporterId: z.uuid().nullable(),
  reporterName: z.string(),
  reportedId: z.uuid(),
  reportedCharacter: z.uuid().nullable(),
  reportedName: z.string(),
  reason: z.enum(REPORT_REASONS),
  text: z.string(),
  chat: z.array(
    z.object({
      at: time,
      character: z.string(),
      name: z.string(),
      text: z.string(),
      channel: z.enum(["whisper", "party.say"]).optional(),
    }),
  ),
  recording: z.string().nullable(),
  state: z.enum(REPORT_STATES),
  claimedBy: z.string(),
  claimedAt: time.nullable(),
  outcome: z.enum(REPORT_OUTCOMES).nullable(),
  decision: z.string(),
  decidedAt: time.nullable(),
  sanctionId: z.uuid().nullable(),
  reopened: z.int(),
});
const lineOf = (one: z.output<typeof reportView>) =>
  `${one.id}  ${one.at}  ${one.state}  ${one.reason}  ${one.reportedName} by ${one.reporterName || "-"}  ${one.text}`;

/** The queue. */
export const listQueue = defineOperation({
  name: "reports.list",
  summary: "Reports of players about players, newest first, and how many wait",
  permission: "reports",
  kind: "read",
  params: z.object({
    state: z.enum(REPORT_STATES).optional(),
    player: z.uuid().optional().meta({ description: "about this account" }),
    before: z.uuid().optional(),
    limit: z.int().min(1).max(100).default(20),
  }),
  result: z.object({ reports: z.array(reportView), open: z.int(), claimed: z.int() }),
  run: async ({ db }, { player: reportedId, ...filter }) =>
    ({ reports: await listReports(db, { reportedId, ...filter }), ...(await countReports(db)) }) as never,
  text: ({ reports, open, claimed }) => [`${open} open, ${claimed} claimed`, ...reports.map(lineOf)],
});

/** One report. */
export const showReport = defineOperation({
  name: "reports.show",
  summary: "One report, with what was said before it",
  permission: "reports",
  kind: "read",
  params: z.object({ report }),
  result: reportView,
  codes: ["REPORT_UNKNOWN"],
  run: async ({ db }, params) => (await readReport(db, params.report)) as never,
});

/** Claims a report. */
export const claim = defineOperation({
  name: "reports.claim",
  summary: "Claim a report, so that other moderators leave it alone",
  permission: "reports",
  kind: "write",
  params: z.object({ report }),
  result: reportView,
  codes: ["REPORT_UNKNOWN", "REPORT_TAKEN"],
  async run(context, params) {
    const claimed = await claimReport(context.db, params.report, moderatorOf(context));
    context.concerns(claimed.reportedId);
    return claimed as never;
  },
});

/** Decides a report. */
export const decide = defineOperation({
  name: "reports.decide",
  summary: "Decide a report, with the sanction that came of it",
  permission: "reports",
  kind: "write",
  params: z.object({
    report,
    outcome: z.enum(REPORT_OUTCOMES),
    decision: z.string().trim().max(2_000).default(""),
    sanction: z.uuid().optional().meta({ description: "id of the sanction that was given for it" }),
  }),
  // The report says it, and is forgotten with the account.
  secrets: ["decision"],
  result: reportView,
  codes: ["REPORT_UNKNOWN", "REPORT_TAKEN", "SANCTION_UNKNOWN"],
  async run(context, { report: id, sanction: sanctionId, ...more }) {
    const by = moderatorOf(context);
    const decided = await decideReport(context.db, id, { ...more, sanctionId, by });
    context.concerns(decided.reportedId);
    return decided as never;
  },
});

/** Reopens a report. */
export const reopen = defineOperation({
  name: "reports.reopen",
  summary: "Put a report that was decided or claimed back into the queue",
  permission: "reports",
  kind: "write",
  params: z.object({ report, reason: z.string().trim().min(1).max(REASON_MAX) }),
  result: reportView,
  codes: ["REPORT_UNKNOWN", "REPORT_TAKEN"],
  async run(context, params) {
    const open = await reopenReport(context.db, params.report);
    context.concerns(open.reportedId);
    return open as never;
  },
});
