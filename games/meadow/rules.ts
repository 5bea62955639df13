import {
  type Actor,
  countInBag,
  type Refusal,
  refuse,
  type Target,
  type Vec,
  type World,
  wears,
} from "roomkeep/shared";
import { habitsOf } from "./creatures.ts";
import { type Creature, HEALTH_MAX, Herb, type Hero } from "./state.ts";

/** Reach of a player, metres. */
export const REACH_M = 2.6;
/** Range of an arrow, metres. */
export const BOW_RANGE_M = 45;
/** Time to draw the bow again, seconds. */
export const DRAW_S = 0.6;
/** The same with a longbow, seconds. */
export const LONGBOW_DRAW_S = 0.45;
/** Delay of the next shot after one whose arrow turned out to be gone, seconds. */
export const FUMBLE_S = 3;
/** Share of a boar's harm that remains with stout boots. */
const BOOTS_HARM = 2 / 3;
/** Height of the bow above the feet, metres. */
export const BOW_HEIGHT_M = 1.35;
/** Time until a picked herb is ripe again, seconds. */
export const REGROW_S = 40;
/** Time that things lie on the ground, seconds. */
export const DROP_S = 300;
/** Time until every player may take from the pile of a dead one, seconds. */
export const PILE_S = 120;

/** Food, and the health that it gives. */
export const FOOD = { herb: 15, meat: 30 } as const;

/** World and tick that a rule is applied in. */
export interface Moment {
  readonly world: World;
  readonly tick: number;
  readonly tickHz: number;
}

/** The ripe herb that a player reaches, or the reason why not. */
export function herbInReach(hero: Hero, id: string, { world }: Pick<Moment, "world">): Herb | Refusal {
  const herb = world.get(id);
  if (!(herb instanceof Herb)) return refuse("ITEM_MISSING", "It is not there any more.");
  if (!(distance(hero, herb) <= REACH_M)) return refuse("ACTION_REFUSED", "It is too far away.");
  if (!herb.ripe) return refuse("ITEM_MISSING", "Another player was faster; it grows again.");
  return herb;
}

/** Picks a herb: it grows again after a while. */
export function bare(herb: Herb, { tick, tickHz }: Pick<Moment, "tick" | "tickHz">): void {
  herb.ripe = false;
  herb.regrowAtTick = tick + REGROW_S * tickHz;
}

/** Refuses food to a player in full health. */
export function isHungry({ health }: Hero): Refusal | undefined {
  return health < HEALTH_MAX ? undefined : refuse("ACTION_REFUSED", "You are in the best of health.");
}

/** The harm of an animal, less the protection of boots. */
export function harmTo(hero: Hero, harm: number): number {
  return wears(hero, "boots") ? Math.round(harm * BOOTS_HARM) : harm;
}

/** Draws the bow: takes the time, and one of the arrows that are in the bag and not shot yet. */
export function drawBow(hero: Hero, { tick, tickHz }: Pick<Moment, "tick" | "tickHz">): Refusal | undefined {
  if (!(countInBag(hero, "arrow") - hero.inFlight >= 1)) return refuse("NOT_ENOUGH", "Your quiver is empty.");
  if (!(tick >= hero.drawnAtTick)) return refuse("ACTION_REFUSED", "The bow is not drawn yet.");
  hero.inFlight += 1;
  hero.drawnAtTick = tick + Math.round((wears(hero, "longbow") ? LONGBOW_DRAW_S : DRAW_S) * tickHz);
  return undefined;
}

/** Start of an arrow. */
export function bowOf({ x, y, z }: Vec): Vec {
  return { x, y: y + BOW_HEIGHT_M, z };
}

/** Direction of an arrow. Radians: yaw 0 along +z, pitch above 0 upward. */
export function aimOf(yaw: number, pitch: number): Vec {
  const flat = Math.cos(pitch);
  return { x: Math.sin(yaw) * flat, y: Math.sin(pitch), z: Math.cos(yaw) * flat };
}

/** An animal as a target of a ray, at the place where it stood at some time; undefined for other actors. */
export function targetOf(id: string, { kind }: Pick<Actor, "kind">, at: Vec): Target | undefined {
  const habits = habitsOf(kind);
  if (habits === undefined) return undefined;
  const { radiusM, heightM } = habits;
  return { id, layer: "creature", x: at.x, y: at.y, z: at.z, radiusM, heightM };
}

/** An arrow has met an animal. @returns true if that was its last */
export function wound(creature: Creature, by: string, tick: number): boolean {
  creature.foe = by;
  creature.thinkAtTick = tick;
  creature.hp = Math.max(0, creature.hp - 1);
  return creature.hp === 0;
}

/** Restores health, up to the maximum. */
export function heal(hero: Hero, by: number): void {
  hero.health = Math.min(HEALTH_MAX, hero.health + by);
}

const distance = (a: Vec, b: Vec) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
