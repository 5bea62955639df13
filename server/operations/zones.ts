import { z } from "zod";
import {
  listQuarantine,
  type QuarantinedZone,
  restoreQuarantined,
  setZoneAside,
} from "../persistence/zone-quarantine.ts";
import { audited } from "../telemetry/audit.ts";
import { deedOf, defineOperation } from "./operation.ts";

/** Longest reason, in characters. */
export const REASON_MAX = 500;

/** Lists the saved worlds that were set aside. */
export const listAside = defineOperation({
  name: "zones.list",
  params: z.object({ json: z.boolean() }),
  async run({ ds, print }, { json }) {
    const rows = await listQuarantine(ds);
    for (const row of rows) print(json ? JSON.stringify(row) : sentenceOf(row));
    if (rows.length === 0 && !json) print("Nothing is set aside.");
  },
});

/** Makes a world that was set aside the saved one of its zone again. */
export const restoreZone = defineOperation({
  name: "zones.restore",
  params: z.object({ id: z.string(), json: z.boolean() }),
  async run(context, { id, json }) {
    const deed = deedOf(context, `roomkeep zones quarantine restore ${id}`);
    const done = await audited(context.ds, deed, (db) => restoreQuarantined(db, id));
    const since = done.aside ? ` What it had saved since is set aside as ${done.aside}.` : "";
    context.print(
      json
        ? JSON.stringify({ restored: id, ...done })
        : `The zone ${done.zone} has its world of ${id} again.${since}`,
    );
  },
});

/** Sets the saved world of a zone aside: the zone begins anew. */
export const setAside = defineOperation({
  name: "zones.set-aside",
  params: z.object({ zone: z.string(), reason: z.string().max(REASON_MAX), json: z.boolean() }),
  async run(context, { zone, reason, json }) {
    const deed = deedOf(
      context,
      `roomkeep zones quarantine set-aside ${zone} --reason ${JSON.stringify(reason)}`,
    );
    const id = await audited(context.ds, deed, (db) => setZoneAside(db, zone, reason));
    context.print(
      json
        ? JSON.stringify({ zone, aside: id })
        : `The zone ${zone} begins anew. Back: roomkeep zones quarantine restore ${id}`,
    );
  },
});

function sentenceOf({ id, zone, version, savedAt, quarantinedAt, bytes, reason }: QuarantinedZone): string {
  const times = `saved ${savedAt.toISOString()}, set aside ${quarantinedAt.toISOString()}`;
  return `${id}  ${zone} version ${version}  ${times}  ${bytes} bytes  ${reason}`;
}
