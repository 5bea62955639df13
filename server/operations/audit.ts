import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { readAudit } from "../telemetry/audit.ts";
import { openAuditKey } from "../telemetry/audit-chain/audit-key.ts";
import { verifyChain } from "../telemetry/audit-chain/verify-chain.ts";
import { defineOperation } from "./operation.ts";

const auditEntry = z.object({
  seq: z.int().meta({ description: "number in the chain" }),
  at: z.iso.datetime(),
  caller: z.string(),
  role: z.string(),
  account: z.string().nullable(),
  character: z.string().nullable(),
  game: z.string(),
  roomId: z.string(),
  line: z.string(),
  outcome: z.string(),
  operation: z.string().nullable(),
  concerns: z.string().nullable().meta({ description: "the account that it was done to" }),
  hash: z.string(),
});
const word = z.string().min(1).max(400).optional();
const time = word.meta({ description: "a date, or a date and time, such as 2026-11-27T20:00Z" });

/** Lists the last entries of the audit log, the newest first. */
export const listAudit = defineOperation({
  name: "audit.list",
  summary: "The last entries of the audit log that fit, the newest first",
  permission: "audit",
  kind: "read",
  params: z.object({
    last: z.int().min(1).max(10_000).default(50),
    caller: word.meta({ description: "who did it: an account, a session id, or operator and a user" }),
    account: z.uuid().optional().meta({ description: "that did it, or that it was done to" }),
    operation: word.meta({ description: "its name, or the beginning of a line, such as /kick" }),
    outcome: word.meta({ description: "done, failed, or a code" }),
    since: time,
    until: time,
    before: z.int().min(1).optional().meta({ description: "only entries before this number" }),
  }),
  result: z.object({ entries: z.array(auditEntry), next: z.int().nullable() }),
  async run({ db }, { since, until, ...filter }) {
    const rows = await readAudit(db, { ...filter, since: dateOf(since), until: dateOf(until) });
    const end = rows.length === filter.last ? rows.at(-1)?.seq : undefined;
    return {
      entries: rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() })),
      next: end ?? null,
    };
  },
  text: ({ entries }) =>
    entries.length === 0
      ? ["No entry fits."]
      : entries
          .map(({ seq, at, role, caller, account, game, roomId, line, outcome }) => {
            const where = roomId ? `${game} ${roomId}` : "server";
            return `${seq}  ${at}  ${role} ${account ?? caller}  ${where}  ${line}  ${outcome}`;
          })
          .reverse(),
});

function dateOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new RoomkeepError("MESSAGE_INVALID", `"${text.slice(0, 40)}" is no date.`);
  return date;
}

/** Verifies the chain of the audit log. */
export const verifyAudit = defineOperation({
  name: "audit.verify",
  summary: "Verify the chain of the audit log and its signed heads, and name the first entry that differs",
  permission: "audit",
  kind: "read",
  params: z.object({}),
  result: z.object({
    verified: z.boolean(),
    entries: z.int(),
    heads: z.int().meta({ description: "signed heads that were compared" }),
    foreignHeads: z.int().meta({ description: "signed by keys of other data folders" }),
    restarts: z.int().meta({ description: "times that a backup was brought back" }),
    fault: z
      .object({ seq: z.int(), kind: z.string(), text: z.string() })
      .optional()
      .meta({ description: "the first one" }),
  }),
  async run({ ds, config: { dataDir, auditKey } }) {
    const key = await openAuditKey(dataDir, auditKey);
    const report = await ds.transaction("REPEATABLE READ", (db) => verifyChain(db, { dataDir, key }));
    return { verified: report.fault === undefined, ...report };
  },
  text: ({ verified, entries, heads, foreignHeads, restarts }) =>
    verified
      ? [
          `${entries} entries are as they were written; ${heads} signed heads agree.`,
          ...(foreignHeads > 0 ? [`${foreignHeads} heads are signed by keys of other data folders.`] : []),
          ...(restarts > 0 ? [`A backup was brought back ${restarts} times.`] : []),
        ]
      : [],
  fault: ({ fault }) => fault && new RoomkeepError("AUDIT_TAMPERED", fault.text),
});
