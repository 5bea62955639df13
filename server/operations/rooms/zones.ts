import { z } from "zod";
import { listQuarantine, restoreQuarantined, setZoneAside } from "../../persistence/zone-quarantine.ts";
import { defineOperation } from "../operation.ts";

/** Longest reason, in characters. */
export const REASON_MAX = 500;

const asideZone = z.object({
  id: z.string(),
  zone: z.string(),
  version: z.int(),
  savedAt: z.iso.datetime(),
  quarantinedAt: z.iso.datetime(),
  bytes: z.int(),
  reason: z.string(),
});

/** Lists the saved worlds that were set aside. */
export const listAside = defineOperation({
  name: "zones.list",
  summary: "The saved worlds of zones that were set aside, the newest first",
  permission: "look",
  kind: "read",
  params: z.object({}),
  result: z.object({ zones: z.array(asideZone) }),
  async run({ db }) {
    const rows = await listQuarantine(db);
    return {
      zones: rows.map(({ savedAt, quarantinedAt, ...row }) => ({
        ...row,
        savedAt: savedAt.toISOString(),
        quarantinedAt: quarantinedAt.toISOString(),
      })),
    };
  },
  text: ({ zones }) => (zones.length === 0 ? ["Nothing is set aside."] : zones.map(sentenceOf)),
});

/** Makes a world that was set aside the saved one of its zone again. */
export const restoreZone = defineOperation({
  name: "zones.restore",
  summary: "Make a world that was set aside the saved one of its zone again",
  permission: "rooms",
  kind: "write",
  params: z.object({ id: z.string().meta({ description: "under which it was set aside" }) }),
  result: z.object({
    restored: z.string(),
    zone: z.string(),
    aside: z.string().optional().meta({ description: "what the zone had saved since" }),
  }),
  codes: ["ZONE_UNKNOWN", "ZONE_CLAIMED"],
  async run({ db }, { id }) {
    return { restored: id, ...(await restoreQuarantined(db, id)) };
  },
  text: ({ restored, zone, aside }) => {
    const since = aside ? ` What it had saved since is set aside as ${aside}.` : "";
    return [`The zone ${zone} has its world of ${restored} again.${since}`];
  },
});

/** Sets the saved world of a zone aside: the zone begins anew. */
export const setAside = defineOperation({
  name: "zones.set-aside",
  summary: "Set the saved world of a zone aside: the zone begins anew",
  permission: "rooms",
  kind: "write",
  params: z.object({ zone: z.string().max(200), reason: z.string().max(REASON_MAX) }),
  result: z.object({ zone: z.string(), aside: z.string() }),
  codes: ["ZONE_UNKNOWN", "ZONE_CLAIMED"],
  async run({ db }, { zone, reason }) {
    return { zone, aside: await setZoneAside(db, zone, reason) };
  },
  text: ({ zone, aside }) => [
    `The zone ${zone} begins anew. Back: roomkeep zones quarantine restore ${aside}`,
  ],
});

function sentenceOf(row: z.output<typeof asideZone>): string {
  const { id, zone, version, savedAt, quarantinedAt, bytes, reason } = row;
  const times = `saved ${savedAt}, set aside ${quarantinedAt}`;
  return `${id}  ${zone} version ${version}  ${times}  ${bytes} bytes  ${reason}`;
}
