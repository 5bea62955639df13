import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";

/** Players of one match at most. */
const SEATS_MAX = 100;
/** Values of a property, and regions, at most: a set of them is one number. */
const VALUES_MAX = 30;

const word = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case words with hyphens")
  .max(40);
const value = z.union([z.string().min(1).max(64), z.number(), z.boolean()]);
const values = z
  .array(value)
  .min(1)
  .max(VALUES_MAX)
  .refine((all) => new Set(all).size === all.length, "two values are equal");

const property = z.discriminatedUnion("kind", [
  /** All of a match have the same value; the first is that of a ticket that does not say. */
  z.strictObject({ kind: z.literal("same"), values }),
  /** A ticket names all values that it takes, or takes any; a match has one that all take. */
  z.strictObject({ kind: z.literal("any"), values }),
  /** Numbers of a match lie within a range that widens; `from` is also that of a ticket that does not say. */
  z.strictObject({
    kind: z.literal("near"),
    min: z.number(),
    max: z.number(),
    within: z.number().min(0),
    perSecond: z.number().min(0).default(0),
  }),
]);

const team = z
  .strictObject({ size: z.int().min(1).max(SEATS_MAX), roles: z.record(word, z.int().min(1)).default({}) })
  .refine(
    ({ size, roles }) => Object.values(roles).reduce((sum, n) => sum + n, 0) <= size,
    "it has more roles than players",
  );

const ratingRules = z.strictObject({
  /** Queues of one ladder share their ratings; default: the name of the queue. */
  ladder: word.optional(),
  mu: z.number().min(0).max(1e6).default(25),
  sigma: z
    .number()
    .positive()
    .max(1e6)
    .default(25 / 3),
});
const widenRules = z.strictObject({
  from: z.number().min(0).default(2),
  perSecond: z.number().min(0).default(0.1),
  most: z.number().min(0).default(25),
  /** After so many seconds the range of the one who waits is enough, and that of the others is not asked. */
  aloneS: z.number().min(0).default(45),
});
const regionRules = z.strictObject({
  /** Names, with the address that the page measures: it answers a GET quickly. */
  list: z
    .array(z.strictObject({ name: word, url: z.string().max(300) }))
    .min(1)
    .max(VALUES_MAX),
  /** Latency, ms, that a ticket takes at first, for each second of waiting more, and at most. */
  fromMs: z.number().min(0).default(80),
  perSecondMs: z.number().min(0).default(2),
  mostMs: z.number().min(0).default(300),
});

/** A queue as settings have it. */
export const queueSchema = z
  .strictObject({
    name: word,
    label: z.string().trim().min(1).max(60).optional(),
    game: z.string().min(1).max(64),
    teams: z.array(team).min(1).max(SEATS_MAX),
    party: z.int().min(1).max(SEATS_MAX).optional(),
    rating: ratingRules.default(ratingRules.parse({})),
    widen: widenRules.default(widenRules.parse({})),
    properties: z.record(word, property).default({}),
    regions: regionRules.optional(),
    /** False: whoever is matched is let in at once. */
    ready: z
      .union([z.literal(false), z.strictObject({ seconds: z.number().min(3).max(120) })])
      .default({ seconds: 15 }),
    /** True: who leaves a running match is replaced from the queue. */
    backfill: z.boolean().default(false),
  })
  .refine(({ teams }) => teams.reduce((sum, { size }) => sum + size, 0) <= SEATS_MAX, "too many players")
  .refine(({ teams, party = 1 }) => teams.some(({ size }) => size >= party), "no team takes such a party")
  .refine(
    ({ properties }) => Object.values(properties).every((one) => one.kind !== "near" || one.min <= one.max),
    "a range of a property runs backwards",
  )
  .refine(({ properties }) => Object.keys(properties).length <= 10, "too many properties")
  .refine(({ teams }) => rolesOf(teams).length <= VALUES_MAX, "too many roles");

/** A queue with its defaults, as {@link defineQueue} makes it. */
export type Queue = Readonly<z.output<typeof queueSchema>>;
/** What a queue may say of itself. */
export type QueueRules = Omit<z.input<typeof queueSchema>, "name">;

/** Queues of a server, of unlike names. */
export const queuesSchema = z
  .array(queueSchema)
  .max(50)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "two have one name");

/**
 * Defines a queue for `matchmaking.with({ queues })`.
 *
 * @param name lower-case words with hyphens; part of its address
 * @param rules `game` whose rooms are opened; `teams` by size, with `roles` and how many of each a team has
 *   at least; `party`: the largest that may come, by default the largest team; `rating`: where a new player
 *   begins; `widen`: how far ratings may lie apart, in units of `mu`: at first, for each second more, and at
 *   most; `properties`; `regions`; `ready` check; `backfill`
 * @throws CONFIG_INVALID a rule does not fit
 * @example
 * defineQueue("raid", { game: "cave", teams: [{ size: 4, roles: { tank: 1, healer: 1 } }], backfill: true });
 */
export function defineQueue(name: string, rules: QueueRules): Queue {
  const read = queueSchema.safeParse({ name, ...rules });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new RoomkeepError("CONFIG_INVALID", `The queue "${name}" cannot be used: ${where}${issue?.message}.`);
}

/** Names of all roles of the teams, in the order in which they are named. */
export function rolesOf(teams: readonly { readonly roles: Readonly<Record<string, number>> }[]): string[] {
  return [...new Set(teams.flatMap(({ roles }) => Object.keys(roles)))];
}

/** Players of a match. */
export const seatsOf = ({ teams }: Pick<Queue, "teams">) => teams.reduce((sum, { size }) => sum + size, 0);

/** Largest party of a queue. */
export const partyMax = ({ party, teams }: Pick<Queue, "party" | "teams">) =>
  party ?? Math.max(...teams.map(({ size }) => size));

/** The ladder whose ratings the queue reads and writes. */
export const ladderOf = ({ name, rating }: Pick<Queue, "name" | "rating">) => rating.ladder ?? name;
