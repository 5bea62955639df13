import { z } from "zod";

const items = z.array(z.object({ template: z.string(), qty: z.int() }));

/** A tournament in answers. */
export const shown = z.object({
  id: z.uuid(),
  cup: z.string(),
  label: z.string(),
  game: z.string(),
  kind: z.enum(["score", "bracket"]),
  state: z.enum(["announced", "open", "running", "ended", "cancelled"]),
  opensAt: z.iso.datetime(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime().nullable(),
  entrants: z.int(),
  least: z.int(),
  most: z.int(),
  fee: z.object({ coins: z.int(), items }),
  prizes: z.array(z.object({ ranks: z.tuple([z.int(), z.int()]), share: z.number(), coins: z.int(), items })),
  tries: z.int().nullable(),
  why: z.string().nullable(),
  mine: z.boolean(),
});

/** An entrant in answers. */
export const entrant = z.object({
  name: z.string().nullable(),
  seed: z.int().nullable(),
  score: z.number().nullable(),
  tries: z.int(),
  rank: z.int().nullable(),
  owed: z.enum(["prize", "refund"]).nullable(),
  isPaid: z.boolean(),
  mine: z.boolean(),
});

const side = z
  .object({ name: z.string().nullable(), seed: z.int(), score: z.number().nullable(), mine: z.boolean() })
  .nullable();

/** A match in answers. */
export const match = z.object({
  round: z.int(),
  slot: z.int(),
  state: z.enum(["waiting", "opening", "open", "over"]),
  end: z.enum(["played", "bye", "no-show", "seed", "decided", "nobody"]).nullable(),
  a: side,
  b: side,
  winner: z.enum(["a", "b"]).nullable(),
});

/** A match that waits for the account. */
export const ownMatch = z.object({
  tournament: z.uuid(),
  label: z.string(),
  round: z.int(),
  game: z.string(),
  code: z.string().nullable(),
  opponent: z.string().nullable(),
  leftS: z.int().nullable(),
});
