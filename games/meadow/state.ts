import { t } from "@colyseus/schema";
import { Carrier, defineActor, internal, own, WorldState } from "roomkeep/shared";

/** Greatest health of a player. */
export const HEALTH_MAX = 100;

/**
 * Interest radius of animals, herbs and players. Everything within the range of an arrow is sent with every
 * patch: a deer that an archer sees late would not be where lag compensation looks for it.
 */
export const INTEREST = {
  radiusM: 60,
  rings: [
    { fromM: 0, everyTicks: 1 },
    { fromM: 45, everyTicks: 4 },
  ],
};

/** The avatar of the meadow. Its health is sent to its owner alone. */
export const Hero = Carrier.extend(
  {
    health: own(t.uint8().default(HEALTH_MAX)),
    /** Experience; {@link levelOf} makes a level of it. */
    xp: own(t.uint32().default(0)),
    /** Sent to all players. */
    level: t.uint8().default(1),
    /** Warms up at the campfire. */
    warm: t.boolean().default(false),
    /** Tick from which the bow can be drawn again. */
    drawnAtTick: internal(t.uint32().default(0)),
    /** Arrows that were shot and are not booked yet. */
    inFlight: internal(t.uint8().default(0)),
  },
  "Hero",
);
export type Hero = InstanceType<typeof Hero>;

/** Activity of an animal, which the view draws. */
export const MOOD = { graze: 0, wander: 1, flee: 2, charge: 3 } as const;

const brain = {
  /** One of {@link MOOD}. */
  mood: t.uint8().default(MOOD.graze),
  hp: internal(t.uint8().default(1)),
  /** Metres a second, along `yaw`. */
  speed: internal(t.float32().default(0)),
  /** Tick of its next decision. */
  thinkAtTick: internal(t.uint32().default(0)),
  /** Session id of the player that it is angry with; empty. */
  foe: internal(t.string().default("")),
};

/** The animals. Their kinds' habits are in `creatures.ts`. */
export const Deer = defineActor("deer", { fields: { ...brain } });
export const Rabbit = defineActor("rabbit", { fields: { ...brain } });
export const Boar = defineActor("boar", { fields: { ...brain } });
/** Any animal: they differ in kind only. */
export type Creature = InstanceType<typeof Deer>;

/** A herb to pick; it grows again in its place. */
export const Herb = defineActor("herb", {
  fields: {
    ripe: t.boolean().default(true),
    /** Index of its colour. */
    sort: t.uint8().default(0),
    regrowAtTick: internal(t.uint32().default(0)),
  },
});
export type Herb = InstanceType<typeof Herb>;

/** State of the meadow, sent to all of its players. */
export const MeadowState = WorldState.extend(
  {
    /** Minutes since midnight, 0 to 1439. */
    minute: t.uint16().default(540),
  },
  "MeadowState",
);
export type MeadowState = InstanceType<typeof MeadowState>;
