import type { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";

/** A place that says what settings are. */
export interface SettingSource {
  readonly values: Readonly<Record<string, unknown>>;
  /** What a wrong one is called, for whoever has to mend it. */
  nameOf(key: string): string;
  /** True: values are text, as in the environment. */
  readonly isText?: boolean;
}

/** A setting that cannot be used; `key` is empty where it is about several together. */
export interface SettingProblem {
  readonly key: string;
  /** Name of the setting by its source, and why. Never its value. */
  readonly text: string;
}

/** Settings that were checked, or what is wrong with them. */
export type SettingsRead<T> = { readonly values: T } | { readonly problems: readonly SettingProblem[] };

/**
 * Puts settings together and checks them.
 *
 * @param sources the weakest first
 */
export function checkSettings<S extends z.ZodObject>(
  schema: S,
  sources: readonly SettingSource[],
): SettingsRead<z.output<S>> {
  const values: Record<string, unknown> = {};
  for (const { values: more, isText } of sources) {
    for (const [key, value] of Object.entries(more)) {
      const field = isText && typeof value === "string" ? schema.shape[key] : undefined;
      values[key] = field ? readText(field as z.ZodType, value as string) : value;
    }
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return { values: parsed.data };
  return { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, sources)) };
}

/**
 * {@link checkSettings} for those that have to be right.
 *
 * @param what whose settings they are, for the error
 * @throws CONFIG_INVALID naming each setting that cannot be used by the source that says it; never its value
 */
export function readSettings<S extends z.ZodObject>(
  schema: S,
  sources: readonly SettingSource[],
  what: string,
): z.output<S> {
  const read = checkSettings(schema, sources);
  if ("values" in read) return read.values;
  const problems = read.problems.map(({ text }) => text);
  throw new RoomkeepError("CONFIG_INVALID", `${what} cannot be used: ${problems.join(", ")}.`);
}

/**
 * The variables of an operator that name these settings: `maxEntries` is `<prefix>_MAX_ENTRIES`. An empty one
 * is none.
 */
export function fromEnvironment(
  prefix: string,
  keys: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SettingSource {
  const nameOf = (key: string) =>
    `${prefix}_${key
      .replace(/[A-Z]/g, (letter) => `_${letter}`)
      .replaceAll("-", "_")
      .toUpperCase()}`;
  const told = keys.flatMap((key) => {
    const value = env[nameOf(key)];
    return value === undefined || value === "" ? [] : [[key, value] as const];
  });
  return { values: Object.fromEntries(told), nameOf, isText: true };
}

/**
 * What a text of the environment says: the text where that fits, else the number, boolean or JSON that it is.
 */
export function readText(field: z.ZodType, text: string): unknown {
  // As text "false" is a truth to a schema that coerces.
  const isSwitch = (text === "true" || text === "false") && field.safeParse(true).success;
  if (!isSwitch && field.safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function problemsOf(issue: z.core.$ZodIssue, sources: readonly SettingSource[]): SettingProblem[] {
  const [key, ...rest] = issue.path.map(String);
  const keys = key === undefined && issue.code === "unrecognized_keys" ? issue.keys : [key ?? ""];
  return keys.map((one) => {
    // One that nobody says is the operator's to say.
    const source = sources.findLast(({ values }) => Object.hasOwn(values, one)) ?? sources.at(-1);
    const isUnknown = key === undefined && issue.code === "unrecognized_keys";
    const reason = isUnknown ? "there is no such setting" : issue.message;
    // What is wrong with several together has no key.
    const name = one === "" ? "together" : [source?.nameOf(one) ?? one, ...rest].join(".");
    return { key: one, text: `${name} (${reason})` };
  });
}
