import { z } from "zod";
import { alertShape, SEVERITIES } from "../desk/alerts/alert.ts";
import { acknowledgeAlert, readAlerts } from "../desk/alerts/alert-rows.ts";
import { RULES, toldOf } from "../desk/alerts/rules.ts";
import { defineOperation } from "./operation.ts";

/** Lists alerts, the newest first. */
export const listAlerts = defineOperation({
  name: "alerts.list",
  summary: "Alerts, the newest first",
  permission: "look",
  kind: "read",
  params: z.object({
    open: z
      .boolean()
      .optional()
      .meta({ description: "true: those that have not recovered; false: the others" }),
    last: z.int().min(1).max(1_000).default(100),
  }),
  result: z.object({ alerts: z.array(alertShape) }),
  run: async ({ db }, filter) => ({ alerts: (await readAlerts(db, filter)).map(toldOf) }),
  text: ({ alerts }) =>
    alerts.length === 0
      ? ["There is no alert."]
      : alerts.map(({ id, firedAt, severity, state, text, acknowledgedBy }) => {
          const seen = acknowledgedBy === null ? "" : `  seen by ${acknowledgedBy}`;
          return `${new Date(firedAt).toISOString()}  ${severity}  ${state}  ${text}${seen}  ${id}`;
        }),
});

/** Notes that somebody has seen an alert: it is not told again. */
export const acknowledge = defineOperation({
  name: "alerts.acknowledge",
  summary: "Note that you have seen an alert: it is not told again while it lasts",
  permission: "rooms",
  kind: "write",
  params: z.object({ alert: z.uuid() }),
  result: z.object({ alert: alertShape }),
  codes: ["ALERT_UNKNOWN"],
  async run({ db, by, services, after }, { alert: id }) {
    const raised = await acknowledgeAlert(db, id, by.name);
    after(() => services?.watch.alerts.change(raised));
    return { alert: toldOf(raised) };
  },
  text: ({ alert }) => [`${alert.text}: noted.`],
});

/** Lists the rules of alerts as they are set. */
export const listRules = defineOperation({
  name: "alerts.rules",
  summary: "The rules of alerts, as they are set",
  permission: "look",
  kind: "read",
  params: z.object({}),
  result: z.object({
    rules: z.array(
      z.object({
        name: z.string(),
        above: z.number(),
        unit: z.string(),
        forS: z.number(),
        repeatS: z.number(),
        severity: z.enum(SEVERITIES),
        off: z.boolean(),
      }),
    ),
  }),
  async run({ services }) {
    const rules = services?.config.alerts.rules ?? RULES;
    return {
      rules: Object.entries(rules).map(([name, { above, unit, forS, repeatS, severity, off }]) => {
        return { name, above, unit, forS, repeatS, severity, off };
      }),
    };
  },
  text: ({ rules }) =>
    rules.map(
      ({ name, above, unit, forS, severity, off }) =>
        `${name}  above ${above} ${unit}  for ${forS} s  ${severity}${off ? "  off" : ""}`,
    ),
});
