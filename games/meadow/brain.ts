import { type Ground, heightOf } from "roomkeep/shared";
import type { Habits } from "./creatures.ts";
import { WATER_Y } from "./land.ts";
import { type Creature, MOOD } from "./state.ts";

/** A player that an animal may notice. */
export interface Person {
  readonly id: string;
  readonly x: number;
  readonly z: number;
}

/** Shortest and longest time between two decisions of an animal, seconds. */
const GRAZE_S = [2, 6] as const;
const STROLL_S = [1.5, 4] as const;
const FLEE_S = 1.2;
/** An angry animal gives up a player who is farther away, metres. */
const CHASE_M = 24;
/** No animal climbs steeper ground, metres a metre. */
const STEEP = 0.8;

/**
 * Decides what an animal does: it flees from a player who is too near, charges at the one who hurt it, else
 * grazes and strolls. Writes mood, heading, speed and the tick of the next decision. Pure but for `random`.
 */
export function think(
  creature: Creature,
  habits: Habits,
  people: Iterable<Person>,
  { tick, tickHz, random }: { tick: number; tickHz: number; random: () => number },
): void {
  let near: Person | undefined;
  let foe: Person | undefined;
  let least = habits.shyM;
  for (const person of people) {
    const away = awayOf(creature, person);
    if (person.id === creature.foe && away < CHASE_M) foe = person;
    if (!(away < least)) continue;
    near = person;
    least = away;
  }
  const after = (seconds: number) => tick + Math.max(1, Math.round(seconds * tickHz));
  if (creature.foe !== "" && foe === undefined) creature.foe = "";
  if (foe !== undefined && habits.harm > 0) {
    turn(creature, MOOD.charge, Math.atan2(foe.x - creature.x, foe.z - creature.z), habits.fleeMps);
    creature.thinkAtTick = after(0.2);
    return;
  }
  const scare = near ?? foe;
  if (scare !== undefined) {
    const aside = (random() - 0.5) * 0.9;
    turn(creature, MOOD.flee, Math.atan2(creature.x - scare.x, creature.z - scare.z) + aside, habits.fleeMps);
    creature.thinkAtTick = after(FLEE_S);
    return;
  }
  const strolls = creature.mood === MOOD.graze && random() < 0.75;
  const [shortest, longest] = strolls ? STROLL_S : GRAZE_S;
  turn(
    creature,
    strolls ? MOOD.wander : MOOD.graze,
    strolls ? creature.yaw + (random() - 0.5) * 2.4 : creature.yaw,
    strolls ? habits.strollMps : 0,
  );
  creature.thinkAtTick = after(shortest + random() * (longest - shortest));
}

const awayOf = ({ x, z }: Creature, person: Person) => Math.hypot(person.x - x, person.z - z);

function turn(creature: Creature, mood: number, yaw: number, speed: number): void {
  if (creature.mood !== mood) creature.mood = mood;
  creature.yaw = Math.fround(Math.atan2(Math.sin(yaw), Math.cos(yaw)));
  creature.speed = speed;
}

/**
 * Moves an animal along its heading. At water, walls, steep ground and the level's edge it turns aside;
 * without a way it stands.
 */
export function stroll(creature: Creature, habits: Habits, ground: Ground, dtS: number): void {
  if (creature.speed === 0) return;
  for (const aside of [0, 0.7, -0.7, 1.5, -1.5, 2.6]) {
    const yaw = creature.yaw + aside;
    const x = creature.x + Math.sin(yaw) * creature.speed * dtS;
    const z = creature.z + Math.cos(yaw) * creature.speed * dtS;
    if (!mayStand(ground, x, z, creature.y, creature.speed * dtS, habits.radiusM)) continue;
    creature.x = Math.fround(x);
    creature.z = Math.fround(z);
    creature.y = Math.fround(ground.height(x, z));
    if (aside !== 0) creature.yaw = Math.fround(Math.atan2(Math.sin(yaw), Math.cos(yaw)));
    return;
  }
  creature.speed = 0;
}

function mayStand(
  ground: Ground,
  x: number,
  z: number,
  fromY: number,
  step: number,
  radius: number,
): boolean {
  const { min, max } = ground.level.bounds;
  if (!(x >= min[0] + 3 && x <= max[0] - 3 && z >= min[1] + 3 && z <= max[1] - 3)) return false;
  const y = ground.height(x, z);
  if (!(y >= WATER_Y + 0.15 && y - fromY <= STEEP * step + 0.02)) return false;
  for (const solid of ground.near(x, z, 1)) {
    if (solid.at[1] > y + 1.2 || solid.at[1] + heightOf(solid) < y + 0.2) continue;
    const dx = Math.abs(x - solid.at[0]);
    const dz = Math.abs(z - solid.at[2]);
    const inside =
      solid.shape === "cylinder"
        ? Math.hypot(dx, dz) < solid.radius + radius
        : dx < solid.size[0] / 2 + radius && dz < solid.size[2] / 2 + radius;
    if (inside) return false;
  }
  return true;
}
