import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import { SEVERITIES } from "./alert.ts";
import { RULE_NAMES, RULES, type Rule } from "./rules.ts";
import type { SmtpSetting } from "./smtp.ts";
import type { WebhookSetting } from "./webhook.ts";

/** What alerts are told by, and the rules with what an operator has set of them. */
export interface AlertConfig {
  readonly rules: Readonly<Record<string, Rule>>;
  readonly webhook: WebhookSetting | undefined;
  readonly mail: SmtpSetting | undefined;
}

const seconds = z
  .number()
  .min(0)
  .max(7 * 86_400);
const ruleShape = z.strictObject({
  above: z.number().optional(),
  forS: seconds.optional(),
  repeatS: seconds.min(10).optional(),
  severity: z.enum(SEVERITIES).optional(),
  off: z.boolean().optional(),
});
const rulesShape = z.partialRecord(z.enum(RULE_NAMES), ruleShape);

const readRules = (text: string, context: z.RefinementCtx) => {
  try {
    return rulesShape.parse(JSON.parse(text));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const message = issue ? `${issue.path.join(".")}: ${issue.message}` : "is no JSON";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }
};

const address = z.string().regex(/^[^\s<>,]+@[^\s<>,]+$|<[^\s<>,]+@[^\s<>,]+>$/, "is no mail address");

/** The environment variables of alerts. */
export const ALERT_ENVIRONMENT = {
  ROOMKEEP_ALERT_RULES: z.string().default("{}").transform(readRules),
  ROOMKEEP_ALERT_WEBHOOK: z.url({ protocol: /^https?$/ }).optional(),
  ROOMKEEP_ALERT_WEBHOOK_SECRET: z.string().min(16).max(200).optional(),
  ROOMKEEP_ALERT_MAIL: z
    .string()
    .transform((all) => all.split(",").map((one) => one.trim()))
    .pipe(z.array(address))
    .optional(),
  ROOMKEEP_ALERT_MAIL_FROM: address.optional(),
  ROOMKEEP_ALERT_SMTP: z.url({ protocol: /^smtps?$/ }).optional(),
} as const;

/** @throws CONFIG_INVALID what belongs together is not there together */
export function readAlertConfig(data: z.output<z.ZodObject<typeof ALERT_ENVIRONMENT>>): AlertConfig {
  const { ROOMKEEP_ALERT_WEBHOOK: url, ROOMKEEP_ALERT_WEBHOOK_SECRET: secret } = data;
  const { ROOMKEEP_ALERT_MAIL: to, ROOMKEEP_ALERT_MAIL_FROM: from, ROOMKEEP_ALERT_SMTP: smtp } = data;
  if ((url === undefined) !== (secret === undefined))
    throw invalid("ROOMKEEP_ALERT_WEBHOOK and ROOMKEEP_ALERT_WEBHOOK_SECRET");
  const ofMail = [to, from, smtp].filter((one) => one !== undefined);
  if (ofMail.length % 3 !== 0)
    throw invalid("ROOMKEEP_ALERT_MAIL, ROOMKEEP_ALERT_MAIL_FROM and ROOMKEEP_ALERT_SMTP");
  return {
    rules: rulesWith(data.ROOMKEEP_ALERT_RULES),
    webhook: url !== undefined && secret !== undefined ? { url, secret } : undefined,
    mail: to && from !== undefined && smtp !== undefined ? { to, from, smtp } : undefined,
  };
}

const invalid = (names: string) =>
  new RoomkeepError("CONFIG_INVALID", `${names} are needed together: alerts are sent by them.`);

/** The rules, with what an operator has set. */
function rulesWith(given: z.output<typeof rulesShape>): Readonly<Record<string, Rule>> {
  return Object.fromEntries(
    Object.entries(RULES).map(([name, rule]) => {
      const set = Object.entries(given[name] ?? {}).filter(([, value]) => value !== undefined);
      return [name, { ...rule, ...Object.fromEntries(set) }];
    }),
  );
}
