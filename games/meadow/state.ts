import { t } from "@colyseus/schema";
import { Carrier, defineActor, internal, own, WorldState } from "roomkeep/shared";

/** Most health somebody has. */
export const HEALTH_MAX = 100;

/**
 * How far around one sees animals, herbs and people. All that an arrow may reach is told with every patch:
 * what an archer sees of a deer late is not where the rewound hit looks for it.
 */
export const INTEREST = {
  radiusM: 60,
  rings: [
    { fromM: 0, everyTicks: 1 },
    { fromM: 45, everyTicks: 4 },
  ],
};

/** A wanderer in the meadow, who carries. How one feels is nobody else's business. */
export const Hero = Carrier.extend(
  {
    health: own(t.uint8().default(HEALTH_MAX)),
    /** Experience; {@link levelOf} makes a level of it. */
    xp: own(t.uint32().default(0)),
    /** Everybody sees who is experienced. */
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

/** What an animal is doing: index into what the view draws. */
export const MOOD = { graze: 0, wander: 1, flee: 2, charge: 3 } as const;

const brain = {
  /** One of {@link MOOD}. */
  mood: t.uint8().default(MOOD.graze),
  hp: internal(t.uint8().default(1)),
  /** Metres a second, along `yaw`. */
  speed: internal(t.float32().default(0)),
  /** Tick at which it makes up its mind again. */
  thinkAtTick: internal(t.uint32().default(0)),
  /** Session id of whom it is angry with; empty. */
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

/** What everybody in the meadow sees. */
export const MeadowState = WorldState.extend(
  {
    /** Minutes since midnight, 0 to 1439. */
    minute: t.uint16().default(540),
  },
  "MeadowState",
);
export type MeadowState = InstanceType<typeof MeadowState>;
