import { RoomkeepError } from "../shared/index.ts";

/** What a join option may be that rooms are matched by. */
export type MatchValue = string | number | boolean;

/**
 * Join options that rooms are matched by: their names, or for each the values that it may have, the first of
 * which is taken where a join does not say.
 */
export type MatchBy = readonly string[] | Readonly<Record<string, readonly MatchValue[]>>;

/** The values of a room, by option. */
export type Match = Readonly<Record<string, MatchValue | undefined>>;

/** Which room of several open ones a join gets. */
export type RoomOrder = "fullest" | "emptiest" | "newest" | "oldest";

/** {@link RoomOrder} as Colyseus's drivers take it. */
export const SORT_BY: Readonly<Record<RoomOrder, Record<string, 1 | -1>>> = {
  fullest: { clients: -1 },
  emptiest: { clients: 1 },
  newest: { createdAt: -1 },
  oldest: { createdAt: 1 },
};

/** Longest text of an option. */
const TEXT_MAX = 64;

/**
 * The values that a join, or a room that is made, asks for.
 *
 * @throws MATCH_INVALID one is no value of its option
 */
export function readMatch(matchBy: MatchBy | undefined, options: unknown): Match {
  const given = typeof options === "object" && options !== null ? (options as Record<string, unknown>) : {};
  const wantedOf = (name: string) => (Object.hasOwn(given, name) ? given[name] : undefined);
  if (isNames(matchBy))
    return Object.fromEntries(matchBy.map((name) => [name, readAny(name, wantedOf(name))]));
  const lists = Object.entries(matchBy ?? {});
  return Object.fromEntries(lists.map(([name, values]) => [name, readOneOf(name, wantedOf(name), values)]));
}

/** Equal for equal values, in whatever order they were written; undefined: rooms are not matched. */
export function matchKey(matchBy: MatchBy | undefined, match: Match): string | undefined {
  if (matchBy === undefined) return undefined;
  return JSON.stringify(Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isNames = (matchBy: MatchBy | undefined): matchBy is readonly string[] => Array.isArray(matchBy);

function readAny(name: string, value: unknown): MatchValue | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && value.length <= TEXT_MAX) return value;
  throw invalid(name, `a text of at most ${TEXT_MAX} characters, a number or a boolean`);
}

/** A page's address has texts only, so that "2" is 2 where 2 is offered. */
function readOneOf(name: string, value: unknown, values: readonly MatchValue[]): MatchValue | undefined {
  if (value === undefined) return values[0];
  const found = values.find((one) => one === value || (typeof value === "string" && String(one) === value));
  if (found === undefined) throw invalid(name, `one of ${values.join(", ")}`);
  return found;
}

const invalid = (name: string, rule: string) =>
  new RoomkeepError("MATCH_INVALID", `The join option "${name.slice(0, TEXT_MAX)}" must be ${rule}.`);
