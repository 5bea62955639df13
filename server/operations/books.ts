import { z } from "zod";
import type { StoredEvent } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { verifyLedger } from "../items/ledger.ts";
import { type AuditRow, readAudit } from "../telemetry/audit.ts";
import { readEventFilter, readEvents } from "../telemetry/stored-events.ts";
import { defineOperation } from "./operation.ts";

/** Lists the last entries of the audit log, the oldest first. */
export const listAudit = defineOperation({
  name: "audit.list",
  params: z.object({ last: z.int().min(1).max(10_000), json: z.boolean() }),
  async run({ ds, print }, { last, json }) {
    const rows = (await readAudit(ds, last)).reverse();
    for (const row of rows) print(json ? JSON.stringify(row) : sentenceOf(row));
    if (rows.length === 0 && !json) print("Nobody has commanded anything yet.");
  },
});

function sentenceOf({ at, role, caller, account, game, roomId, line, outcome }: AuditRow): string {
  const where = roomId ? `${game} ${roomId}` : "server";
  return `${at.toISOString()}  ${role} ${account ?? caller}  ${where}  ${line}  ${outcome}`;
}

/** Lists kept events, the oldest first. */
export const listEvents = defineOperation({
  name: "events.list",
  params: z.object({ filter: z.record(z.string(), z.string()), json: z.boolean() }),
  async run({ ds, print }, { filter, json }) {
    const found = (await readEvents(ds, readEventFilter(filter))).reverse();
    for (const one of found) print(json ? JSON.stringify(one) : lineOf(one));
    if (found.length === 0 && !json) print("No kept event fits.");
  },
});

function lineOf({ at, game, roomId, zone, event }: StoredEvent): string {
  const where = [game, roomId, ...(zone === undefined ? [] : [zone])].join(" ");
  return `${at.toISOString()}  ${where}  ${event.name}  ${event.actor ?? "-"}  ${JSON.stringify(event.payload)}`;
}

/** Replays the ledger against all balances. @throws LEDGER_DIFFERS */
export const verifyBooks = defineOperation({
  name: "ledger.verify",
  params: z.object({ json: z.boolean() }),
  async run({ ds, print }, { json }) {
    const [counts] = await ds.query<{ legs: number; requests: number }[]>(
      "SELECT count(*)::int AS legs, count(DISTINCT request_id)::int AS requests FROM ledger",
    );
    const differences = await verifyLedger(ds);
    const [first] = differences;
    if (json) print(JSON.stringify({ ...counts, verified: !first, differences: differences.length, first }));
    else if (!first) print(`${counts?.requests} bookings, ${counts?.legs} legs: every balance is as booked.`);
    if (!first) return;
    const { account, item, booked, found } = first;
    const text = `${account} holds ${found} ${item ?? "coins"}, but ${booked} were booked (${differences.length} differences).`;
    throw new RoomkeepError("LEDGER_DIFFERS", text);
  },
});
