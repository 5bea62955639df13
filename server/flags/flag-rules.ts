import { createHash } from "node:crypto";
import { z } from "zod";
import type { Role } from "../../rooms/index.ts";
import { ROLES } from "../../rooms/internal.ts";

/** What a flag may be: on or off, or one of its values. */
export type FlagValue = boolean | number | string;

/** Most rules of a flag, and most accounts or versions that one rule lists. */
const RULES_MAX = 50;
const LISTED_MAX = 1_000;

/** An exact version, or a bound such as ">=1.4". */
const VERSION = /^(?:(?:>=|<)\d+(?:\.\d+)*|[^\s<>=].*)$/;

/**
 * Who gets a value: all conditions of a rule have to hold; without any it is everybody. The first rule that
 * fits counts.
 */
export interface FlagRule {
  /** Share of the accounts, 0 to 100. When it grows, nobody drops out. */
  readonly percent?: number | undefined;
  /** Accounts of this role, and of those above. */
  readonly role?: Role | undefined;
  /** Processes of one of these versions: "1.4.0", ">=1.4", "<2". */
  readonly versions?: readonly string[] | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly value: FlagValue;
}

/** Rules as operators write them. @param values what the flag may be */
export function ruleSchema(values: readonly FlagValue[]): z.ZodType<readonly FlagRule[]> {
  const rule = z.strictObject({
    percent: z.number().min(0).max(100).optional(),
    role: z.enum(ROLES).optional(),
    versions: z
      .array(z.string().max(100).regex(VERSION, 'is no version, or bound such as ">=1.4"'))
      .min(1)
      .max(LISTED_MAX)
      .optional(),
    accounts: z.array(z.uuid().toLowerCase()).min(1).max(LISTED_MAX).optional(),
    value: z.union([z.boolean(), z.number(), z.string()]).refine((value) => values.includes(value), {
      error: `is none of ${values.join(", ")}`,
    }),
  });
  return z.array(rule).max(RULES_MAX);
}

/** Whom a flag is asked for. */
export interface FlagSubject {
  readonly accountId: string;
  readonly role: Role;
}

/** A flag's answer, and the place of the rule that gave it; undefined: none fits, it is the default. */
export interface FlagAnswer {
  readonly value: FlagValue;
  readonly rule: number | undefined;
}

/** Rules in the form in which they are asked often. */
export type ReadyRules = (subject: FlagSubject) => FlagAnswer;

/** @param version that this process runs. Of what no rule says the value is `otherwise` */
export function readyRules(
  flag: string,
  rules: readonly FlagRule[],
  otherwise: FlagValue,
  version: string,
): ReadyRules {
  const ready = rules.map((rule) => ({
    ...rule,
    least: rule.role === undefined ? 0 : ROLES.indexOf(rule.role),
    isOfVersion: rule.versions === undefined || rule.versions.some((one) => isOfVersion(version, one)),
    listed: rule.accounts && new Set(rule.accounts),
  }));
  return ({ accountId, role }) => {
    let share: number | undefined;
    for (const [at, { least, isOfVersion: fits, listed, percent, value }] of ready.entries()) {
      if (!fits || ROLES.indexOf(role) < least || listed?.has(accountId) === false) continue;
      if (percent !== undefined) {
        share ??= shareOf(flag, accountId);
        if (!(share < percent / 100)) continue;
      }
      return { value, rule: at };
    }
    return { value: otherwise, rule: undefined };
  };
}

/** Bits of the hash that count: as many as a number holds exactly, in whole digits. */
const DIGITS = 12;

/**
 * Where an account stands in a flag, 0 to below 1: the first 48 bits of SHA-256 of `<flag>:<account>`, as a
 * fraction. The same in every process and version, and unlike that of another flag. Never changed: a flag of
 * a quarter would be that of another quarter.
 */
export function shareOf(flag: string, accountId: string): number {
  const hash = createHash("sha256").update(`${flag}:${accountId}`).digest("hex");
  return Number.parseInt(hash.slice(0, DIGITS), 16) / 2 ** 48;
}

function isOfVersion(version: string, wanted: string): boolean {
  const [, bound, than = ""] = /^(>=|<)(.*)$/.exec(wanted) ?? [];
  if (bound === undefined) return version === wanted;
  // A version without numbers, such as a commit, is neither below nor above one.
  if (!/^\d+(\.\d+)*/.test(version)) return false;
  const isBelow = compareVersions(version, than) < 0;
  return bound === "<" ? isBelow : !isBelow;
}

/** By its numbers; what follows a hyphen or plus sign does not count. */
function compareVersions(a: string, b: string): number {
  const numbersOf = (text: string) => (/^[\d.]+/.exec(text)?.[0] ?? "").split(".").map(Number);
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
