import { type Actor, type Refusal, refuse, type Target, type Vec, type World } from "roomkeep/shared";
import { habitsOf } from "./creatures.ts";
import { Bundle, type Creature, HEALTH_MAX, Herb, type Hero } from "./state.ts";

/** How far one reaches to pick something up, metres. */
export const REACH_M = 2.6;
/** How far an arrow flies, metres. */
export const BOW_RANGE_M = 45;
/** Time to draw the bow again, seconds. */
export const DRAW_S = 0.6;
/** Height from which an arrow flies, above the feet, metres. */
export const BOW_HEIGHT_M = 1.35;
/** Time until a picked herb is ripe again, seconds. */
export const REGROW_S = 40;
/** Time that things lie on the ground, seconds. */
export const BUNDLE_S = 120;
/** Most bundles that lie about; what is dropped beyond that is refused. */
export const BUNDLES_MAX = 200;
/** Most of one thing that somebody carries. */
export const CARRY_MAX = 999;

/** What can be carried and eaten. */
export const FOOD = { herbs: 15, meat: 30 } as const;
/** What can be dropped. */
export const CARRIED = ["arrows", "herbs", "meat"] as const;

/** What a rule needs to know of the room. */
export interface Moment {
  readonly world: World;
  readonly tick: number;
  readonly tickHz: number;
}

/** Picks up a herb or a bundle. @returns what it was, or why not */
export function pick(hero: Hero, id: string, { world, tick, tickHz }: Moment): "herb" | "bundle" | Refusal {
  const thing = world.get(id);
  const herb = thing instanceof Herb ? thing : undefined;
  const bundle = thing instanceof Bundle ? thing : undefined;
  if (!thing || !(herb ?? bundle)) return refuse("ITEM_MISSING", "It is not there any more.");
  if (distance(hero, thing) > REACH_M) return refuse("ACTION_REFUSED", "It is too far away.");
  if (herb) {
    if (!herb.ripe) return refuse("ITEM_MISSING", "Somebody was faster; it grows again.");
    if (hero.herbs >= CARRY_MAX) return refuse("NO_SPACE", "You cannot carry more herbs.");
    herb.ripe = false;
    herb.regrowAtTick = tick + REGROW_S * tickHz;
    hero.herbs += 1;
    return "herb";
  }
  for (const what of CARRIED) hero[what] = Math.min(CARRY_MAX, hero[what] + (bundle?.[what] ?? 0));
  world.despawn(thing);
  return "bundle";
}

/** Eats one of something. */
export function eat(hero: Hero, what: keyof typeof FOOD): Refusal | undefined {
  if (hero[what] < 1) return refuse("NOT_ENOUGH", `You have no ${what}.`);
  if (hero.health >= HEALTH_MAX) return refuse("ACTION_REFUSED", "You are in the best of health.");
  hero[what] -= 1;
  heal(hero, FOOD[what]);
  return undefined;
}

/** Drops some of something before one's feet. */
export function drop(
  hero: Hero,
  what: (typeof CARRIED)[number],
  count: number,
  { world, tick, tickHz }: Moment,
): Refusal | undefined {
  if (hero[what] < count) return refuse("NOT_ENOUGH", `You have only ${hero[what]} ${what}.`);
  if (world.query({ is: Bundle }).size >= BUNDLES_MAX) {
    return refuse("NO_SPACE", "Too many things lie about already.");
  }
  hero[what] -= count;
  const { x, y, z, yaw } = hero;
  const goneAtTick = tick + BUNDLE_S * tickHz;
  world.spawn(new Bundle({ x: x + Math.sin(yaw), y, z: z + Math.cos(yaw), [what]: count, goneAtTick }));
  return undefined;
}

/** Draws the bow: takes an arrow and the time. */
export function drawBow(hero: Hero, { tick, tickHz }: Pick<Moment, "tick" | "tickHz">): Refusal | undefined {
  if (hero.arrows < 1) return refuse("NOT_ENOUGH", "Your quiver is empty.");
  if (tick < hero.drawnAtTick) return refuse("ACTION_REFUSED", "The bow is not drawn yet.");
  hero.arrows -= 1;
  hero.drawnAtTick = tick + Math.round(DRAW_S * tickHz);
  return undefined;
}

/** Where an arrow begins. */
export function bowOf({ x, y, z }: Vec): Vec {
  return { x, y: y + BOW_HEIGHT_M, z };
}

/** The way of an arrow. Radians: yaw 0 along +z, pitch above 0 upward. */
export function aimOf(yaw: number, pitch: number): Vec {
  const flat = Math.cos(pitch);
  return { x: Math.sin(yaw) * flat, y: Math.sin(pitch), z: Math.cos(yaw) * flat };
}

/** An animal as an arrow meets it, where it stood at some time; undefined for other actors. */
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

/** Gives health back, up to the most there is. */
export function heal(hero: Hero, by: number): void {
  hero.health = Math.min(HEALTH_MAX, hero.health + by);
}

const distance = (a: Vec, b: Vec) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
