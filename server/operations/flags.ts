import { z } from "zod";
import { ROLES } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { FlagValue } from "../flags/flag-rules.ts";
import { readLastChanges } from "../settings/live-store.ts";
import { defineOperation } from "./operation.ts";
import { REASON_MAX } from "./rooms/zones.ts";
import { changeBy, liveOf } from "./run/live-changes.ts";

/** Longest rules, in characters: a thousand accounts in a few lists. */
const RULES_TEXT_MAX = 60_000;

const flag = z.string().max(64).meta({ description: "name of the flag" });
const reason = z.string().trim().min(1).max(REASON_MAX);
const value = z.union([z.boolean(), z.number(), z.string()]);
const rule = z.object({
  percent: z.number().optional().meta({ description: "share of the accounts, 0 to 100" }),
  role: z.enum(ROLES).optional().meta({ description: "this one, and those above" }),
  versions: z.array(z.string()).optional().meta({ description: 'such as "1.4.0" or ">=1.4"' }),
  accounts: z.array(z.string()).optional(),
  value,
});
const rules = z.array(rule);
const shownFlag = z.object({
  name: z.string(),
  description: z.string(),
  values: z.array(value),
  default: value,
  page: z.boolean().meta({ description: "pages of players get its value" }),
  rules: rules.meta({ description: "the first that fits gives the value; none: the default" }),
  refused: z.string().optional().meta({ description: "why the stored rules are set aside" }),
  changed: z.object({ at: z.iso.datetime(), by: z.string(), reason: z.string() }).optional(),
});
const writable = (all: readonly object[]) => all as z.output<typeof rules>;

/** Lists the flags with their rules. */
export const listFlags = defineOperation({
  name: "flags.list",
  summary: "The flags, their rules, and who changed them last",
  permission: "flags",
  kind: "read",
  params: z.object({}),
  result: z.object({
    flags: z.array(shownFlag),
    leftOver: z
      .array(z.object({ name: z.string() }))
      .meta({ description: "stored, and no flag of this version" }),
  }),
  codes: ["SERVER_NEEDED"],
  async run(context) {
    const live = liveOf(context);
    const last = await readLastChanges(context.db, "flag");
    const flags = live.flags().map((one) => {
      const { at, by = "", reason: why = "" } = last.get(one.name) ?? {};
      const changed = at && { changed: { at: at.toISOString(), by, reason: why } };
      return { ...one, values: [...one.values], rules: writable(one.rules), ...changed };
    });
    return { flags, leftOver: [...live.leftOver().flags.keys()].map((name) => ({ name })) };
  },
  text: ({ flags, leftOver }) => [
    ...flags.flatMap(({ name, default: usual, rules: own }) => [
      `${name}  ${own.length === 0 ? `${usual} for all` : `${usual} for the others`}`,
      ...own.map((one) => `  ${JSON.stringify(one)}`),
    ]),
    ...leftOver.map(({ name }) => `${name}  stored, but no flag of this version`),
  ],
});

/** Says who gets which value of a flag. */
export const setFlag = defineOperation({
  name: "flags.set",
  summary: "Say who gets which value of a flag: all rules, or one value for some or all",
  permission: "flags",
  kind: "write",
  params: z.object({
    flag,
    rules: z
      .string()
      .max(RULES_TEXT_MAX)
      .optional()
      .meta({ description: 'JSON: [{"percent":10,"value":true},{"role":"moderator","value":true}]' }),
    value: z.string().max(200).optional().meta({ description: "instead of rules: the value of one" }),
    percent: z.number().min(0).max(100).optional().meta({ description: "of that rule" }),
    role: z.enum(ROLES).optional().meta({ description: "of that rule" }),
    reason,
  }),
  result: z.object({ flag: z.string(), before: rules, after: rules }),
  codes: ["SERVER_NEEDED", "FLAG_UNKNOWN", "FLAG_INVALID"],
  async run(context, { flag: name, reason: why, ...given }) {
    const wanted = readRules(given);
    const { before, after } = await liveOf(context).setFlag(context.db, changeBy(context, name, why), wanted);
    return { flag: name, before: writable(before), after: writable(after) };
  },
  text: ({ flag: name, after }) => [`${name}:`, ...after.map((one) => `  ${JSON.stringify(one)}`)],
});

/** Takes the rules of a flag away. */
export const resetFlag = defineOperation({
  name: "flags.reset",
  summary: "Take the rules of a flag away: all get its default",
  permission: "flags",
  kind: "write",
  params: z.object({ flag, reason }),
  result: z.object({ flag: z.string(), before: rules }),
  codes: ["SERVER_NEEDED", "FLAG_UNKNOWN"],
  async run(context, { flag: name, reason: why }) {
    const { before } = await liveOf(context).resetFlag(context.db, changeBy(context, name, why));
    return { flag: name, before: writable(before) };
  },
  text: ({ flag: name }) => [`${name} is its default for all.`],
});

/** Says which values one account gets, and by which rules. */
export const flagOfAccount = defineOperation({
  name: "flags.account",
  summary: "The values of all flags for one account, and the rule that gives each",
  permission: "flags",
  kind: "read",
  params: z.object({ account: z.uuid() }),
  result: z.object({
    flags: z.array(
      z.object({
        name: z.string(),
        value,
        rule: z.int().nullable().meta({ description: "from 0; null: the default" }),
      }),
    ),
  }),
  codes: ["SERVER_NEEDED", "ACCOUNT_UNKNOWN"],
  async run(context, { account }) {
    const live = liveOf(context);
    const [found] = await context.db.query<{ role: (typeof ROLES)[number] }[]>(
      "SELECT role FROM account WHERE id = $1",
      [account],
    );
    if (!found) throw new RoomkeepError("ACCOUNT_UNKNOWN");
    const subject = { accountId: account, role: found.role };
    return {
      flags: live.flags().map(({ name }) => {
        const { value: is, rule: at = null } = live.flagOf(name, subject);
        return { name, value: is, rule: at };
      }),
    };
  },
});

interface GivenRules {
  readonly rules?: string | undefined;
  readonly value?: string | undefined;
  readonly percent?: number | undefined;
  readonly role?: (typeof ROLES)[number] | undefined;
}

/** @throws FLAG_INVALID neither or both were given, or the rules are no JSON */
function readRules({ rules: text, value: given, percent, role }: GivenRules): unknown {
  const isOne = given !== undefined || percent !== undefined || role !== undefined;
  if ((text === undefined) === (given === undefined) || (text !== undefined && isOne))
    throw new RoomkeepError("FLAG_INVALID", "Give either rules, or the value of one rule.");
  if (given !== undefined)
    return [{ ...(percent !== undefined && { percent }), ...(role && { role }), value: readValue(given) }];
  try {
    return JSON.parse(text ?? "");
  } catch {
    throw new RoomkeepError("FLAG_INVALID", "The rules are no JSON.");
  }
}

/** true, false and numbers as such; the rest is text. */
function readValue(text: string): FlagValue {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
