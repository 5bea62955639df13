import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import { type Calendar, readCalendar } from "../../leaderboards/index.ts";

/** Entrants of a bracket: six rounds. */
export const BRACKET_MAX = 64;
/** Entrants of a score attack. */
const SCORE_MAX = 10_000;

const coins = z.int().min(0).max(1e9);
const items = z
  .array(z.strictObject({ template: z.string().min(1).max(64), qty: z.int().min(1).max(1e4) }))
  .max(10)
  .refine(
    (all) => new Set(all.map(({ template }) => template)).size === all.length,
    "a kind of item is twice",
  );

const prize = z
  .strictObject({
    /** First and last rank that get it, each the whole. */
    ranks: z.tuple([z.int().min(1), z.int().max(1_000)]),
    /** Percent of the pot. */
    share: z.number().min(0).max(100).default(0),
    coins: coins.default(0),
    items: items.default([]),
  })
  .refine(({ ranks: [first, last] }) => first <= last, "the ranks run backwards")
  .refine((one) => one.share > 0 || one.coins > 0 || one.items.length > 0, "a prize is nothing");

const score = z.strictObject({
  /** Of the tries of an entrant, what counts. */
  keep: z.enum(["best", "sum"]).default("best"),
  order: z.enum(["high", "low"]).default("high"),
  tries: z.int().min(1).max(1_000).default(3),
  /** How long scores count, from the start on. */
  minutes: z
    .number()
    .positive()
    .max(60 * 24 * 31)
    .default(60),
});

const bracket = z.strictObject({
  order: z.enum(["high", "low"]).default("high"),
  /** So long the room of a match waits for the two. */
  checkInS: z.number().min(1).max(86_400).default(120),
  /** After so long a match without a result is decided by seed. */
  minutes: z
    .number()
    .positive()
    .max(60 * 24 * 31)
    .default(30),
  /** Further rooms for a match whose room died. */
  reopens: z.int().min(0).max(100).default(3),
  /** Whether those who lost in the semi-finals play for the third rank. */
  third: z.boolean().default(false),
  /** Queue of the plugin `matchmaking` whose rating seeds. */
  seedBy: z.string().max(40).optional(),
  /** Join options of the room of a match. */
  properties: z
    .record(z.string().max(40), z.union([z.string().max(64), z.number(), z.boolean()]))
    .default({}),
});

/** A cup as settings have it. */
export const cupSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case words with hyphens")
      .max(40),
    label: z.string().trim().min(1).max(60).optional(),
    game: z.string().min(1).max(64),
    starts: z
      .string()
      .max(100)
      .superRefine((text, context) => {
        const start = readStart(text);
        if ("problem" in start) context.addIssue({ code: "custom", message: `"${text}" ${start.problem}` });
      })
      .optional(),
    registerMinutes: z
      .number()
      .positive()
      .max(60 * 24 * 366)
      .default(1_440),
    entrants: z.tuple([z.int().min(2), z.int().max(SCORE_MAX)]).default([2, BRACKET_MAX]),
    fee: z.strictObject({ coins: coins.default(0), items: items.default([]) }).prefault({}),
    prizes: z.array(prize).max(50).default([]),
    score: score.optional(),
    bracket: bracket.optional(),
  })
  .refine((cup) => (cup.score === undefined) !== (cup.bracket === undefined), "either score or bracket")
  .refine(({ entrants: [least, most] }) => least <= most, "entrants: the numbers run backwards")
  .refine(
    (cup) => !cup.bracket || cup.entrants[1] <= BRACKET_MAX,
    `a bracket has at most ${BRACKET_MAX} entrants`,
  )
  .refine((cup) => sharesOf(cup.prizes) <= 100, "the shares are more than the pot")
  .readonly();

/** What a tournament is held by: {@link defineCup} makes it. */
export type Cup = z.output<typeof cupSchema>;
/** What a cup may say of itself. */
export type CupRules = Omit<z.input<typeof cupSchema>, "name">;
/** Coins and items. */
export interface Goods {
  readonly coins: number;
  readonly items: readonly { readonly template: string; readonly qty: number }[];
}

/**
 * Defines a cup for `tournaments.with({ cups })`: the rules by which tournaments are held.
 *
 * @param name lower-case words with hyphens; what rooms submit scores to
 * @param rules `game`; either `score` (a score attack) or `bracket` (single elimination); `starts`: cron in
 *   UTC, or one time as ISO, operators begin one when absent; `registerMinutes` before it, default 1440;
 *   `entrants`: least and most, default 2 and 64; `fee` of each; `prizes` by ranks, each with a `share` of
 *   the pot in percent, `coins` and `items`; `label` for players. All are in the README.
 * @throws CONFIG_INVALID a rule does not fit, or the shares are more than the pot
 * @example
 * defineCup("duel", {
 *   game: "arena",
 *   bracket: { checkInS: 120, third: true },
 *   starts: "0 18 * * 5",
 *   fee: { coins: 10 },
 *   prizes: [{ ranks: [1, 1], share: 70 }, { ranks: [2, 2], share: 30 }],
 * });
 */
export function defineCup(name: string, rules: CupRules): Cup {
  const read = cupSchema.safeParse({ name, ...rules });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new RoomkeepError("CONFIG_INVALID", `The cup "${name}" cannot be used: ${where}${issue?.message}.`);
}

/** Names of cups are unlike each other. */
export const cupsSchema = z
  .array(cupSchema)
  .max(100)
  .refine((cups) => new Set(cups.map(({ name }) => name)).size === cups.length, "two have one name");

/** When tournaments begin: again and again, or once, ms since 1970. */
export function readStart(
  text: string,
): Calendar | { readonly onceMs: number } | { readonly problem: string } {
  if (!/^\d{4}-/.test(text)) return readCalendar(text);
  const { data } = z.iso.datetime().safeParse(text);
  return data === undefined
    ? { problem: "is no time in UTC, such as 2027-05-01T18:00:00Z" }
    : { onceMs: Date.parse(data) };
}

/** Percent of the pot that prizes take. */
export function sharesOf(prizes: readonly { ranks: readonly [number, number]; share: number }[]): number {
  // In millionths: a third of a percent, three times, is no more than one.
  return (
    prizes.reduce((sum, one) => sum + Math.floor(one.share * 1e6) * (one.ranks[1] - one.ranks[0] + 1), 0) /
    1e6
  );
}
