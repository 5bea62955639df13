import { defineSystem, type RoomContext } from "roomkeep/rooms";
import type { Actor, World } from "roomkeep/shared";
import { type Person, stroll, think } from "./brain.ts";
import { MORNING, minuteAt } from "./clock.ts";
import { HABITS, habitsOf } from "./creatures.ts";
import { Gored } from "./events.ts";
import { HALF, landAt, WATER_Y } from "./land.ts";
import { isTaken } from "./level.ts";
import { harmTo, heal } from "./rules.ts";
import {
  Boar,
  type Creature,
  Deer,
  HEALTH_MAX,
  Herb,
  Hero,
  type MeadowState,
  MOOD,
  Rabbit,
} from "./state.ts";

type Context = RoomContext<MeadowState>;

/** Herbs in the meadow. */
export const HERBS = 70;
/** Health that the campfire gives back in a second. */
export const WARMTH = 4;
/** An angry animal does harm from this near, metres. */
const GORE_M = 1.3;
const KINDS = [Deer, Rabbit, Boar] as const;

/** Day and night. */
export const clock = defineSystem<World, Context>({
  name: "clock",
  hz: 2,
  run: (_, { state, timeMs }) => {
    const minute = minuteAt(timeMs, MORNING);
    if (state.minute !== minute) state.minute = minute;
  },
});

/** Keeps as many animals and herbs as the meadow feeds; new ones appear where nobody is near. */
export const growth = defineSystem<World, Context>({
  name: "growth",
  everyMs: 2000,
  run: (world, context) => {
    for (const klass of KINDS) {
      const herd = world.query({ is: klass });
      const habits = habitsOf(new klass().kind);
      if (habits && herd.size < habits.herd)
        spawnAway(world, context, () => Object.assign(habits.make(), { hp: habits.hp }));
    }
  },
});

/** Fills an empty meadow. A restored one has its animals already. */
export function populate(world: World, random: () => number): void {
  for (const habits of Object.values(HABITS)) {
    for (let i = 0; i < habits.herd; i++) {
      place(world, random, () => Object.assign(habits.make(), { hp: habits.hp, yaw: random() * 6 - 3 }), 14);
    }
  }
  for (let i = 0; i < HERBS; i++) place(world, random, () => new Herb({ sort: Math.floor(random() * 4) }), 6);
}

/** Spawns an actor on free ground. @param campM metres kept free around the camp */
function place(
  world: World,
  random: () => number,
  make: () => Actor,
  campM: number,
  free = (_x: number, _z: number) => true,
) {
  for (let tries = 0; tries < 40; tries++) {
    const x = (random() - 0.5) * 2 * (HALF - 12);
    const z = (random() - 0.5) * 2 * (HALF - 12);
    if (x * x + z * z < campM * campM || isTaken(x, z, 1) || landAt(x, z) < WATER_Y + 0.6 || !free(x, z))
      continue;
    const actor = make();
    Object.assign(actor, { x: Math.fround(x), z: Math.fround(z), y: Math.fround(landAt(x, z)) });
    world.spawn(actor);
    return;
  }
}

function spawnAway(world: World, { random }: Context, make: () => Actor) {
  place(world, random, make, 14, (x, z) => world.query({ is: Hero }).near(x, z, 30).length === 0);
}

/** Picked herbs grow again. */
export const regrow = defineSystem<World, Context>({
  name: "regrow",
  hz: 1,
  run: (world, { tick }) => {
    for (const herb of world.query({ is: Herb }))
      if (!herb.ripe && tick >= herb.regrowAtTick) herb.ripe = true;
  },
});

/** Animals walk, and decide anew now and then. */
export const creatures = defineSystem<World, Context>({
  name: "creatures",
  run: (world, { tick, dtS, ground, random }) => {
    const heroes = world.query({ is: Hero });
    const tickHz = 1 / dtS;
    for (const klass of KINDS) {
      for (const creature of world.query({ is: klass })) {
        const habits = habitsOf(creature.kind);
        if (habits === undefined) continue;
        if (tick >= creature.thinkAtTick)
          think(creature, habits, noticed(world, heroes), { tick, tickHz, random });
        stroll(creature, habits, ground, dtS);
      }
    }
  },
});

function* noticed(world: World, heroes: Iterable<Hero>): Iterable<Person> {
  for (const hero of heroes) {
    const id = world.idOf(hero);
    if (id !== undefined && !hero.away && !hero.dead) yield { id, x: hero.x, z: hero.z };
  }
}

/** A charging animal hurts the player that it reaches, and then calms down. */
export const gore = defineSystem<World, Context>({
  name: "gore",
  needs: ["creatures"],
  run: (world, { tick, dtS, events }) => {
    for (const creature of world.query({ is: Boar })) {
      if (creature.mood !== MOOD.charge) continue;
      const foe = world.get(creature.foe);
      if (
        !(foe instanceof Hero) ||
        foe.dead ||
        !(Math.hypot(foe.x - creature.x, foe.y - creature.y, foe.z - creature.z) <= GORE_M)
      )
        continue;
      const harm = harmTo(foe, habitsOf(creature.kind)?.harm ?? 0);
      // A player with health 0 dies by the room's rules.
      foe.health = Math.max(0, foe.health - harm);
      calm(creature, tick + Math.round(3 / dtS));
      events.emit(
        Gored,
        { kind: creature.kind, harm, died: foe.health === 0 },
        { actor: world.idOf(foe) ?? "" },
      );
    }
  },
});

function calm(creature: Creature, untilTick: number): void {
  creature.foe = "";
  creature.mood = MOOD.graze;
  creature.speed = 0;
  creature.thinkAtTick = untilTick;
}

/** A player at the campfire is warm and regains health. */
export const campfire = defineSystem<World, Context>({
  name: "campfire",
  hz: 1,
  run: (world, { triggers }) => {
    for (const id of triggers.inside("campfire")) {
      const hero = world.get(id);
      if (hero instanceof Hero && !hero.dead && hero.health < HEALTH_MAX) heal(hero, WARMTH);
    }
  },
});

/** The systems of the meadow; `needs` decides their order. */
export const meadowSystems = [clock, growth, regrow, creatures, gore, campfire] as const;
