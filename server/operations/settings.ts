import { z } from "zod";
import { readChanges, readLastChanges } from "../settings/live-store.ts";
import { SETTING_ORIGINS } from "../settings/setting-group.ts";
import { defineOperation } from "./operation.ts";
import { REASON_MAX } from "./rooms/zones.ts";
import { changeBy, liveOf } from "./run/live-changes.ts";

/** Longest value, in characters. */
const VALUE_MAX = 20_000;

const name = z.string().max(200).meta({ description: "the environment variable, such as LOG_LEVEL" });
const reason = z.string().trim().min(1).max(REASON_MAX);
/** Any JSON. */
const json = z.unknown();
const lastChange = z.object({ at: z.iso.datetime(), by: z.string(), reason: z.string() });

const shownSetting = z.object({
  name: z.string(),
  owner: z.string().meta({ description: "prefix of a game, name of a plugin, or roomkeep" }),
  description: z.string(),
  schema: z.record(z.string(), z.unknown()).meta({ description: "type, range and default, as JSON Schema" }),
  value: json.optional().meta({ description: "in the process that answers" }),
  from: z.enum(SETTING_ORIGINS),
  change: z.enum(["live", "restart", "environment"]).meta({
    description: "when what is set here counts: at once, after a restart, or it cannot be set here",
  }),
  waiting: z
    .object({ value: json.optional() })
    .optional()
    .meta({ description: "counts after a restart; without a value it was reset" }),
  refused: z.string().optional().meta({ description: "why the stored value is set aside" }),
  changed: lastChange.optional(),
});

/** Lists the settings: value, default, range, where it is from, who changed it last. */
export const listSettings = defineOperation({
  name: "settings.list",
  summary: "The settings, their ranges, where each value is from, and who changed it last",
  permission: "settings",
  kind: "read",
  params: z.object({ search: z.string().max(200).optional() }),
  result: z.object({
    profile: z.string(),
    settings: z.array(shownSetting),
    leftOver: z
      .array(z.object({ name: z.string(), value: json }))
      .meta({ description: "stored, and no setting of this version" }),
  }),
  codes: ["SERVER_NEEDED"],
  async run(context, { search = "" }) {
    const live = liveOf(context);
    const last = await readLastChanges(context.db, "setting");
    const wanted = search.toLowerCase();
    const settings = live
      .settings()
      .filter((one) => `${one.name} ${one.description}`.toLowerCase().includes(wanted))
      .map((one) => {
        const change = last.get(one.name);
        const { by = "", at, reason: why = "" } = change ?? {};
        return { ...one, ...(at && { changed: { at: at.toISOString(), by, reason: why } }) };
      });
    const leftOver = [...live.leftOver().settings].map(([left, value]) => ({ name: left, value }));
    return { profile: live.profile, settings, leftOver };
  },
  text: ({ profile, settings, leftOver }) => [
    `Profile: ${profile}`,
    ...settings.map(lineOf),
    ...leftOver.map(({ name: left }) => `${left}  stored, but no setting of this version`),
  ],
});

/** Sets a setting. */
export const setSetting = defineOperation({
  name: "settings.set",
  summary: "Set a setting; one that is live counts in all processes within two seconds",
  permission: "settings",
  kind: "write",
  params: z.object({
    name,
    value: z.string().max(VALUE_MAX).meta({ description: "as in an environment variable: text or JSON" }),
    reason,
  }),
  result: z.object({
    name: z.string(),
    before: json.optional().meta({ description: "what was set; absent: nothing was" }),
    after: json,
    counts: z.enum(["live", "restart"]),
  }),
  codes: ["SERVER_NEEDED", "SETTING_UNKNOWN", "SETTING_INVALID", "SETTING_FIXED"],
  async run(context, { name: wanted, value, reason: why }) {
    const live = liveOf(context);
    const { before, after } = await live.set(context.db, changeBy(context, wanted, why), value);
    const change = live.settings().find((one) => one.name === wanted)?.change;
    const counts = change === "live" ? ("live" as const) : ("restart" as const);
    return { name: wanted, ...(before !== undefined && { before }), after, counts };
  },
  text: ({ name: set, after, counts }) => [
    `${set} is ${JSON.stringify(after)}${counts === "live" ? "." : " after a restart."}`,
  ],
});

/** Takes back what was set. */
export const resetSetting = defineOperation({
  name: "settings.reset",
  summary: "Take back what was set: the setting has the value of its file, profile or default again",
  permission: "settings",
  kind: "write",
  params: z.object({ name, reason }),
  result: z.object({ name: z.string(), before: json.optional() }),
  codes: ["SERVER_NEEDED", "SETTING_UNKNOWN", "SETTING_INVALID"],
  async run(context, { name: wanted, reason: why }) {
    const { before } = await liveOf(context).reset(context.db, changeBy(context, wanted, why));
    return { name: wanted, ...(before !== undefined && { before }) };
  },
  text: ({ name: reset }) => [`${reset} is as it was before it was set.`],
});

/** Lists changes of settings or flags. */
export const settingHistory = defineOperation({
  name: "settings.history",
  summary: "Who changed which setting or flag, from what to what, and why; the newest first",
  permission: "settings",
  kind: "read",
  params: z.object({
    kind: z.enum(["setting", "flag"]).default("setting"),
    name: name.optional(),
    last: z.int().min(1).max(1_000).default(50),
  }),
  result: z.object({
    changes: z.array(
      lastChange.extend({
        id: z.string(),
        kind: z.enum(["setting", "flag"]),
        name: z.string(),
        before: json.optional().meta({ description: "absent: nothing was set" }),
        after: json.optional().meta({ description: "absent: it was reset" }),
      }),
    ),
  }),
  async run({ db }, { kind, name: wanted, last }) {
    const changes = await readChanges(db, kind, { name: wanted, last });
    return { changes: changes.map(({ at, ...change }) => ({ ...change, at: at.toISOString() })) };
  },
  text: ({ changes }) =>
    changes.map(
      ({ at, by, name: of, before, after, reason: why }) =>
        `${at}  ${by}  ${of}  ${shown(before)} -> ${shown(after)}  ${why}`,
    ),
});

const shown = (value: unknown) => (value === undefined ? "-" : JSON.stringify(value));

function lineOf({ name: of, value, from, change, waiting, refused }: z.output<typeof shownSetting>): string {
  const later = waiting && `; after a restart ${"value" in waiting ? shown(waiting.value) : "as before"}`;
  const when = change === "live" ? "" : change === "restart" ? ", needs a restart" : ", by the environment";
  return `${of}  ${shown(value)}  (${from}${when})${later ?? ""}${refused ? `; set aside: ${refused}` : ""}`;
}
