import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { SETTINGS, type SettingsWatch } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { describeSetting, type SettingDescription } from "./describe-setting.ts";
import { checkSettings, readSettings, readText, type SettingSource } from "./read-settings.ts";

/** Places that say a setting's value, the weakest first. `with`: the list of plugins in `server/main`. */
export const SETTING_ORIGINS = ["default", "profile", "with", "file", "live", "environment"] as const;
/** A place that says a setting's value. */
export type SettingOrigin = (typeof SETTING_ORIGINS)[number];

/**
 * When a value that an operator sets counts: at once, after a restart, or never, since the environment alone
 * says it.
 */
export type SettingChange = "live" | "restart" | "environment";

/** A setting as it is now in this process. */
export interface SettingState extends Omit<SettingDescription, "live" | "secret"> {
  /** Name of its environment variable, by which operators know it. */
  readonly name: string;
  readonly owner: string;
  readonly value: unknown;
  readonly from: SettingOrigin;
  readonly change: SettingChange;
  /** What counts after a restart; without a value: what it was before an operator set it. */
  readonly waiting?: { readonly value?: unknown };
  /** Why the stored value is set aside. */
  readonly refused?: string;
}

/** Values that operators have set, by the names of the settings. */
export type StoredValues = ReadonlyMap<string, unknown>;

/** How settings are put together, for {@link openSettingGroup}. */
export interface SettingGroupDefinition<S extends z.ZodObject> {
  /** Whose they are: prefix of a game, name of a plugin, or "roomkeep". */
  readonly owner: string;
  readonly schema: S;
  /** What operators' values win over, the weakest first. */
  readonly below: readonly (SettingSource & { readonly from: SettingOrigin })[];
  readonly variables: SettingSource;
  /** For errors: "These settings of YARD". */
  readonly what: string;
  /** True: what is not live can be said by the environment alone. */
  readonly isCore?: boolean;
}

/** The settings of one owner in this process: the values that rooms read, and how they change. */
export interface SettingGroup<T = Readonly<Record<string, unknown>>> {
  readonly owner: string;
  /** The object that rooms and plugins read: the values are those of now. */
  readonly values: T;
  /** All that may be shown. */
  states(): readonly SettingState[];
  /**
   * Checks a value before it is stored, together with those of the other settings.
   *
   * @param text as in an environment variable
   * @returns the value to store
   * @throws SETTING_INVALID with the reason
   * @throws SETTING_FIXED only the environment can say it, or it does
   */
  check(name: string, text: string, stored: StoredValues): unknown;
  /** @throws SETTING_INVALID the others do not fit without the value of this one */
  checkReset(name: string, stored: StoredValues): void;
  /** Whether a setting of this name may be shown. */
  has(name: string): boolean;
  /** Takes over what is stored, at the start also for what is not live. @returns what it refused, by name */
  follow(stored: StoredValues, isStart: boolean): ReadonlyMap<string, string>;
}

/**
 * Reads the settings of one owner and opens them for changes.
 *
 * @param onError gets what a listener of a change threw
 * @throws CONFIG_INVALID
 */
export function openSettingGroup<S extends z.ZodObject>(
  { owner, schema, below, variables, what, isCore = false }: SettingGroupDefinition<S>,
  onError: (error: unknown) => void = reportError,
): SettingGroup<Readonly<z.output<S>>> {
  let current: Record<string, unknown> = readSettings(schema, [...below, variables], what);
  const keys = [...new Set([...Object.keys(schema.shape), ...Object.keys(current)])];
  const about = new Map(
    Object.entries(schema.shape).map(([key, field]) => [key, describeSetting(key, field as z.ZodType)]),
  );
  const keyOf = new Map(
    [...about].flatMap(([key, { secret }]) => (secret ? [] : [[variables.nameOf(key), key] as const])),
  );
  const listeners = new Map<string, Set<() => void>>();
  /** Stored values that count: of what is not live, those of the start. */
  let live: Record<string, unknown> = {};
  let stored: StoredValues = new Map();
  let refused: ReadonlyMap<string, string> = new Map();

  const isPinned = (key: string) => Object.hasOwn(variables.values, key);
  const changeOf = (key: string): SettingChange =>
    about.get(key)?.live ? "live" : isCore ? "environment" : "restart";
  const liveSource = (values: Record<string, unknown>): SettingSource => ({
    values,
    nameOf: variables.nameOf,
  });
  const readWith = (values: Record<string, unknown>) =>
    checkSettings(schema, [...below, liveSource(values), variables]);
  /** What is stored of this group and may be said by an operator, by key. */
  const ownOf = (all: StoredValues) =>
    Object.fromEntries(
      [...all].flatMap(([name, value]) => {
        const key = keyOf.get(name);
        return key === undefined || isPinned(key) || changeOf(key) === "environment" ? [] : [[key, value]];
      }),
    );

  /** The stored values that fit, and why the others do not. */
  function sift(candidates: Record<string, unknown>) {
    const left = { ...candidates };
    const problems = new Map<string, string>();
    for (;;) {
      const read = readWith(left);
      if ("values" in read) return { left, problems, values: read.values as Record<string, unknown> };
      const guilty = read.problems.filter(({ key }) => Object.hasOwn(left, key));
      // Several that do not fit together: none of them counts.
      const out = guilty.length > 0 ? guilty : Object.keys(left).map((key) => ({ key, text: "" }));
      if (out.length === 0) return { left: {}, problems, values: current };
      for (const { key, text } of out) {
        delete left[key];
        problems.set(variables.nameOf(key), text || (read.problems[0]?.text ?? "does not fit the others"));
      }
    }
  }

  function allowed(name: string): string {
    const key = keyOf.get(name);
    if (key === undefined) throw new RoomkeepError("SETTING_UNKNOWN", `There is no setting "${name}".`);
    if (changeOf(key) === "environment")
      throw new RoomkeepError("SETTING_FIXED", `${name} is set by the environment alone, and by a restart.`);
    if (isPinned(key))
      throw new RoomkeepError("SETTING_FIXED", `The environment says ${name}; unset the variable first.`);
    return key;
  }

  function valid(values: Record<string, unknown>): Record<string, unknown> {
    const read = readWith(values);
    if ("values" in read) return read.values as Record<string, unknown>;
    const reason = read.problems.map(({ text }) => text).join(", ");
    throw new RoomkeepError("SETTING_INVALID", `Nothing was changed: ${reason}.`);
  }

  function stateOf(name: string, key: string): SettingState {
    const { description = "", schema: type = {} } = about.get(key) ?? {};
    const change = changeOf(key);
    const reason = refused.get(name);
    const counts = Object.hasOwn(live, key);
    const isWaiting =
      change === "restart" &&
      !isPinned(key) &&
      reason === undefined &&
      (stored.has(name) !== counts || !isDeepStrictEqual(stored.get(name), live[key]));
    return {
      name,
      owner,
      description,
      schema: type,
      value: current[key],
      from: isPinned(key) ? "environment" : counts ? "live" : originBelow(key),
      change,
      ...(isWaiting && { waiting: stored.has(name) ? { value: stored.get(name) } : {} }),
      ...(reason !== undefined && { refused: reason }),
    };
  }
  const originBelow = (key: string): SettingOrigin =>
    below.findLast(({ values }) => Object.hasOwn(values, key))?.from ?? "default";

  const view: Record<string, unknown> = {};
  for (const key of keys) Object.defineProperty(view, key, { enumerable: true, get: () => current[key] });
  const watch: SettingsWatch = {
    nameOf: variables.nameOf,
    watch(key, listener) {
      const all = listeners.get(key) ?? new Set();
      listeners.set(key, all.add(listener));
      return () => void all.delete(listener);
    },
  };
  Object.defineProperty(view, SETTINGS, { value: watch });

  return {
    owner,
    values: Object.freeze(view) as Readonly<z.output<S>>,
    has: (name) => keyOf.has(name),
    states: () => [...keyOf].map(([name, key]) => stateOf(name, key)),
    check(name, text, all) {
      const key = allowed(name);
      const field = schema.shape[key] as z.ZodType;
      const raw = readText(field, text);
      const value = valid({ ...sift(ownOf(all)).left, [key]: raw })[key];
      // As the type makes it, where that is stable: "60" of a number is 60.
      const again = field.safeParse(value);
      return again.success && isDeepStrictEqual(again.data, value) ? value : raw;
    },
    checkReset(name, all) {
      const key = keyOf.get(name) ?? "";
      const { [key]: _, ...rest } = sift(ownOf(all)).left;
      valid(rest);
    },
    follow(all, isStart) {
      stored = all;
      const candidates = Object.fromEntries(
        Object.entries(ownOf(all)).filter(([key]) => isStart || changeOf(key) === "live"),
      );
      for (const key of isStart ? [] : Object.keys(live))
        if (changeOf(key) === "restart") candidates[key] = live[key];
      const { left, problems, values } = sift(candidates);
      refused = problems;
      live = left;
      const before = current;
      current = values;
      for (const [key, all] of listeners) {
        if (isDeepStrictEqual(before[key], current[key])) continue;
        for (const listener of [...all]) {
          try {
            listener();
          } catch (error) {
            onError(error);
          }
        }
      }
      return problems;
    },
  };
}

/** A listener's error is nobody's who changes a setting. */
function reportError(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
