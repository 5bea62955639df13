import type { Thing } from "./items.ts";
import { Boar, type Creature, Deer, Rabbit } from "./state.ts";

/** An item that a killed animal leaves. */
export interface Loot {
  readonly template: Thing;
  readonly qty: number;
}

/** The habits of a kind of animal. Metres, seconds. */
export interface Habits {
  readonly make: () => Creature;
  /** Number of them in the meadow. */
  readonly herd: number;
  readonly hp: number;
  readonly strollMps: number;
  readonly fleeMps: number;
  /** It flees from players nearer than this; 0: from none. */
  readonly shyM: number;
  /** It charges at a player who hurt it and takes this much health. 0: it flees. */
  readonly harm: number;
  readonly radiusM: number;
  readonly heightM: number;
  readonly xp: number;
  /** Chance and count of each item that it leaves. */
  readonly loot: readonly { readonly what: Thing; readonly chance: number; readonly count: number }[];
}

/** All kinds, by the actor's kind. */
export const HABITS: Readonly<Record<string, Habits>> = {
  deer: {
    make: () => new Deer(),
    herd: 9,
    hp: 2,
    strollMps: 1.1,
    fleeMps: 5,
    shyM: 9,
    harm: 0,
    radiusM: 0.55,
    heightM: 1.6,
    xp: 20,
    loot: [
      { what: "meat", chance: 1, count: 2 },
      { what: "hide", chance: 0.8, count: 1 },
      { what: "arrow", chance: 0.7, count: 2 },
    ],
  },
  rabbit: {
    make: () => new Rabbit(),
    herd: 14,
    hp: 1,
    strollMps: 1.4,
    fleeMps: 5.6,
    shyM: 5,
    harm: 0,
    radiusM: 0.3,
    heightM: 0.55,
    xp: 8,
    loot: [
      { what: "meat", chance: 1, count: 1 },
      { what: "arrow", chance: 0.5, count: 1 },
    ],
  },
  boar: {
    make: () => new Boar(),
    herd: 4,
    hp: 3,
    strollMps: 0.9,
    fleeMps: 4.6,
    shyM: 0,
    harm: 18,
    radiusM: 0.5,
    heightM: 0.9,
    xp: 35,
    loot: [
      { what: "meat", chance: 1, count: 3 },
      { what: "hide", chance: 1, count: 1 },
      { what: "herb", chance: 0.6, count: 2 },
      { what: "arrow", chance: 0.8, count: 3 },
    ],
  },
};

/** Habits of an actor's kind, undefined if it is no animal. */
export function habitsOf(kind: string): Habits | undefined {
  return Object.hasOwn(HABITS, kind) ? HABITS[kind] : undefined;
}

/** Draws the items that an animal leaves. */
export function rollLoot({ loot }: Habits, random: () => number): Loot[] {
  return loot.flatMap(({ what, chance, count }) =>
    random() < chance ? [{ template: what, qty: count }] : [],
  );
}

/** Level for an amount of experience: 1 at first, 2 at 50, 3 at 200, 4 at 450 … */
export function levelOf(xp: number): number {
  return Math.min(99, 1 + Math.floor(Math.sqrt(xp / 50)));
}
