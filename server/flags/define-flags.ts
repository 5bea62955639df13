import type { RoomPlayer } from "../../rooms/index.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { addDefinedFlags, type FlagSet, type FlagState } from "./defined-flags.ts";
import {
  type FlagAnswer,
  type FlagRule,
  type FlagSubject,
  type FlagValue,
  type ReadyRules,
  readyRules,
  ruleSchema,
} from "./flag-rules.ts";

/** A flag as a builder declares it, for {@link defineFlags}. */
export interface FlagDefinition {
  /** What it does, for operators. */
  readonly description: string;
  /** Its value for those whom no rule fits. */
  readonly default: FlagValue;
  /** What it may be; without it the flag is on or off. */
  readonly values?: readonly (number | string)[];
  /** True: a player's page gets its value by `GET /v1/flags`. Default false: only the server knows it. */
  readonly page?: boolean;
}

type ValueOf<D extends FlagDefinition> = D extends { readonly values: readonly (infer V)[] } ? V : boolean;
type SwitchOf<D> = { [K in keyof D]: D[K] extends { readonly values: unknown } ? never : K }[keyof D];

/**
 * A player of a room, or the caller of a route, for whom a {@link Flags flag} is asked.
 */
export type FlagPlayer = Pick<RoomPlayer, "claim" | "role"> | FlagSubject;

/** The flags of a game: what {@link defineFlags} returns. */
export interface Flags<D extends Readonly<Record<string, FlagDefinition>>> {
  /**
   * True: a flag is on for a player, now. Not in a `step`, which has to be pure: ask in the room, and put the
   * answer into the state.
   *
   * @throws FLAG_UNKNOWN there is no such flag, or it is not one of on and off
   */
  on(name: SwitchOf<D>, player: FlagPlayer): boolean;
  /** The value of a flag for a player, now. @throws FLAG_UNKNOWN */
  value<K extends keyof D>(name: K, player: FlagPlayer): ValueOf<D[K]>;
}

/**
 * Declares flags: what operators switch on for some players, while the server runs. Rules say for whom, by
 * share of the accounts, role, version and list; a room and a page are told the value only. Only the server's
 * code may import them.
 *
 * @throws CONFIG_INVALID a name, default or list of values that cannot be used
 * @example
 * export const flags = defineFlags({
 *   "double-coins": { description: "Crates give twice as much.", default: false },
 *   "crate-look": { description: "Paint of crates.", default: "oak", values: ["oak", "pine"], page: true },
 * });
 * // in a room
 * const coins = flags.on("double-coins", player) ? 20 : 10;
 */
export function defineFlags<const D extends Readonly<Record<string, FlagDefinition>>>(
  definitions: D,
): Flags<D> {
  for (const [name, definition] of Object.entries(definitions)) checkDefinition(name, definition);
  const set = openFlagSet(definitions);
  addDefinedFlags(set);
  return {
    on(name, player) {
      const { value } = set.answer(String(name), subjectOf(player));
      if (typeof value === "boolean") return value;
      throw new RoomkeepError("FLAG_UNKNOWN", `The flag "${String(name)}" has values: ask by \`value\`.`);
    },
    value: (name, player) => set.answer(String(name), subjectOf(player)).value as never,
  };
}

const subjectOf = (player: FlagPlayer): FlagSubject =>
  "claim" in player ? { accountId: player.claim.sheet.accountId, role: player.role } : player;

function checkDefinition(name: string, { default: usual, values }: FlagDefinition): void {
  const wrong = (why: string) => new RoomkeepError("CONFIG_INVALID", `The flag "${name}" ${why}.`);
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) throw wrong("has no name of a-z, 0-9 and hyphens");
  if (values === undefined) {
    if (typeof usual !== "boolean") throw wrong("lists no values, so its default is true or false");
  } else if (typeof usual === "boolean" || !values.includes(usual))
    throw wrong("has a default that it does not list");
}

const valuesOf = ({ values }: FlagDefinition): readonly FlagValue[] => values ?? [true, false];

/** The flags of one `defineFlags`, with the rules of now. */
function openFlagSet(definitions: Readonly<Record<string, FlagDefinition>>): FlagSet {
  const all = new Map(Object.entries(definitions));
  let rules = new Map<string, readonly FlagRule[]>();
  let refused = new Map<string, string>();
  let ready = new Map<string, ReadyRules>();
  const definitionOf = (name: string): FlagDefinition => {
    const found = all.get(name);
    if (found) return found;
    const known = [...all.keys()].join(", ") || "none";
    throw new RoomkeepError("FLAG_UNKNOWN", `There is no flag "${name}"; there are: ${known}.`);
  };
  const set: FlagSet = {
    has: (name) => all.has(name),
    answer(name, subject): FlagAnswer {
      const ask = ready.get(name);
      if (ask) return ask(subject);
      return { value: definitionOf(name).default, rule: undefined };
    },
    check(name, given) {
      const parsed = ruleSchema(valuesOf(definitionOf(name))).safeParse(given);
      if (parsed.success) return parsed.data;
      const reasons = parsed.error.issues.map(({ path, message }) => [path.join("."), message].join(" "));
      throw new RoomkeepError("FLAG_INVALID", `Nothing was changed: ${reasons.join(", ")}.`);
    },
    states: () =>
      [...all].map(([name, definition]): FlagState => {
        const { description, default: usual, page = false } = definition;
        const why = refused.get(name);
        return {
          name,
          description,
          values: valuesOf(definition),
          default: usual,
          page,
          rules: rules.get(name) ?? [],
          ...(why !== undefined && { refused: why }),
        };
      }),
    follow(stored, version) {
      rules = new Map();
      refused = new Map();
      ready = new Map();
      for (const [name, definition] of all) {
        if (!stored.has(name)) continue;
        const parsed = ruleSchema(valuesOf(definition)).safeParse(stored.get(name));
        if (!parsed.success) {
          refused.set(name, parsed.error.issues.map(({ message }) => message).join(", "));
          continue;
        }
        rules.set(name, parsed.data);
        ready.set(name, readyRules(name, parsed.data, definition.default, version));
      }
      return refused;
    },
  };
  return set;
}
