import { type SchemaType, schema, t } from "@colyseus/schema";
import { INTERPOLATION_MS } from "../constants.ts";
import { fixed } from "./fields/field-visibility.ts";

/**
 * Anything in a room that is replicated: an avatar, a crate, a deer. Metres, radians; x and z lie in the
 * ground plane, y is up, yaw turns about y with 0 looking along +z. Games extend it with their own fields.
 *
 * @example
 * export const Herb = Actor.extend({ ripe: t.boolean().default(true) }, "Herb");
 */
export const Actor = schema(
  {
    /** Kind of the actor, for views and queries: "avatar", "crate", … */
    kind: t.string().default(""),
    x: t.float32().default(0),
    y: t.float32().default(0),
    z: t.float32().default(0),
    yaw: t.float32().default(0),
  },
  "Actor",
);
export type Actor = SchemaType<typeof Actor>;

/** An actor that a player moves: its walking state (see `walk.ts`), name and look. */
export const Avatar = Actor.extend(
  {
    /** Velocity, m/s. The owner's prediction replays from it. */
    vx: t.float32().default(0),
    vy: t.float32().default(0),
    vz: t.float32().default(0),
    grounded: t.boolean().default(true),
    name: t.string().default(""),
    /** Index into COLORS. */
    color: t.uint8().default(0),
    /** Index into SHAPES. */
    shape: t.uint8().default(0),
    /** 1 + index into EMOTES, 0 for none. */
    emote: t.uint8().default(0),
    /** True while the connection is dropped and the seat reserved. */
    away: t.boolean().default(false),
  },
  "Avatar",
);
export type Avatar = SchemaType<typeof Avatar>;

/** A loose body that the physics moves: its full orientation as a quaternion. */
export const Prop = Actor.extend(
  {
    qx: t.float32().default(0),
    qy: t.float32().default(0),
    qz: t.float32().default(0),
    qw: t.float32().default(1),
    /** Half extent of a crate or radius of a ball, metres. */
    size: t.float32().default(0.5),
  },
  "Prop",
);
export type Prop = SchemaType<typeof Prop>;

/**
 * The state of a room with actors. Keys: an avatar's is the session id of its player, anything else has an id
 * that the room chose. Games extend it.
 */
export const WorldState = schema(
  {
    actors: t.map(Actor),
    /** How far in the past a client shows actors that others move, ms; part of the full state. */
    interpolationMs: fixed(t.uint16().default(INTERPOLATION_MS)),
  },
  "WorldState",
);
export type WorldState = SchemaType<typeof WorldState>;
