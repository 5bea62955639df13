import { defineEvent } from "roomkeep/shared";
import { z } from "zod";

const place = z.tuple([z.number(), z.number(), z.number()]);

/** An arrow flew from a bow to where it stopped. `hit`: id of the animal, or empty. */
export const Loosed = defineEvent({
  name: "loosed",
  schema: z.object({ from: place, to: place, hit: z.string() }),
  to: "nearby",
  radiusM: 70,
});

/** A player picked a herb. */
export const Picked = defineEvent({
  name: "picked",
  schema: z.object({}),
  to: "nearby",
  radiusM: 30,
});

/** A player killed an animal and gained experience. */
export const Slain = defineEvent({
  name: "slain",
  schema: z.object({ kind: z.string(), xp: z.number(), level: z.number() }),
  to: "owner",
});

/** An animal hurt a player; `died`: the player's health is 0. */
export const Gored = defineEvent({
  name: "gored",
  schema: z.object({ kind: z.string(), harm: z.number(), died: z.boolean() }),
  to: "owner",
});

/** The chest of a cave was opened, with what each player got. */
export const TreasureFound = defineEvent({
  name: "treasure",
  schema: z.object({ finder: z.string(), arrows: z.number(), herbs: z.number(), xp: z.number() }),
  to: "all",
});
