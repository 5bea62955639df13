import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import { readCalendar } from "./calendar.ts";

/** Ranks up to which a season's end is kept, prizes or not. */
export const ARCHIVED_RANKS = 100;
/** Last rank that a prize may have. */
const PRIZED_RANKS = 1_000;

const prize = z
  .strictObject({
    /** First and last rank that get it. */
    ranks: z.tuple([z.int().min(1), z.int().max(PRIZED_RANKS)]),
    coins: z.int().min(0).max(1e12).default(0),
    items: z
      .array(z.strictObject({ template: z.string().min(1).max(64), qty: z.int().min(1).max(1e6) }))
      .max(10)
      .default([]),
  })
  .refine(({ ranks: [first, last] }) => first <= last, "the ranks run backwards")
  .refine(({ coins, items }) => coins > 0 || items.length > 0, "a prize is nothing");

/** A board as settings have it. */
export const boardSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case words with hyphens")
      .max(40),
    label: z.string().trim().min(1).max(60).optional(),
    keep: z.enum(["best", "last", "sum", "count"]).default("best"),
    order: z.enum(["high", "low"]).default("high"),
    season: z
      .string()
      .max(100)
      .superRefine((text, context) => {
        const calendar = readCalendar(text);
        if ("problem" in calendar)
          context.addIssue({ code: "custom", message: `"${text}" ${calendar.problem}` });
      })
      .optional(),
    prizes: z.array(prize).max(50).default([]),
  })
  .readonly();

/** A leaderboard, as {@link defineBoard} makes it. */
export type Board = z.output<typeof boardSchema>;
/** What a board may say of itself. */
export type BoardRules = Omit<z.input<typeof boardSchema>, "name">;
/** What a rank gets at the end of a season. */
export interface Prize {
  readonly coins: number;
  readonly items: readonly { readonly template: string; readonly qty: number }[];
}

/**
 * Defines a leaderboard for `leaderboards.with({ boards })`.
 *
 * @param name lower-case words with hyphens; part of its address, and what rooms submit to
 * @param rules `keep`: of several scores of an account the "best" (default), the "last", their "sum" or their
 *   "count"; `order`: is a "high" (default) or a "low" score better; `season`: cron in UTC of its ends, none
 *   when absent; `prizes` by ranks, at the end of a season; `label` for players
 * @throws CONFIG_INVALID a rule does not fit, or the season never ends
 * @example
 * defineBoard("laps", { order: "low", season: "0 0 * * 1", prizes: [{ ranks: [1, 3], coins: 100 }] });
 */
export function defineBoard(name: string, rules: BoardRules = {}): Board {
  const read = boardSchema.safeParse({ name, ...rules });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new RoomkeepError(
    "CONFIG_INVALID",
    `The leaderboard "${name}" cannot be used: ${where}${issue?.message}.`,
  );
}

/** Names of boards are unlike each other. */
export const boardsSchema = z
  .array(boardSchema)
  .max(100)
  .refine((boards) => new Set(boards.map(({ name }) => name)).size === boards.length, "two have one name");

/** What a rank gets; undefined: nothing. Prizes whose ranks overlap add up. */
export function prizeOf({ prizes }: Board, rank: number): Prize | undefined {
  const due = prizes.filter(({ ranks: [first, last] }) => first <= rank && rank <= last);
  if (due.length === 0) return undefined;
  return { coins: due.reduce((sum, { coins }) => sum + coins, 0), items: due.flatMap(({ items }) => items) };
}

/** Ranks that are kept at the end of a season. */
export const ranksToKeep = ({ prizes }: Board) =>
  Math.max(ARCHIVED_RANKS, ...prizes.map(({ ranks: [, last] }) => last));

/** The places of a board are sorted by rising key: of a "high" one it is the score below 0. */
export const signOf = ({ order }: Pick<Board, "order">) => (order === "high" ? -1 : 1);
