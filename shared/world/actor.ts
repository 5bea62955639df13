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
    /** On the ground plane, metres. */
    x: t.float32().default(0),
    /** Upward, metres: the feet of an avatar, the middle of a crate or ball. */
    y: t.float32().default(0),
    /** On the ground plane, metres. */
    z: t.float32().default(0),
    /** About y, radians; 0 looks along +z. */
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
    /** Upward, m/s; below 0 in a fall. */
    vy: t.float32().default(0),
    /** Along z, m/s. */
    vz: t.float32().default(0),
    /** True: it stands on ground or a solid, and may jump. */
    grounded: t.boolean().default(true),
    /** Of the character, shown above it. */
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
    /** Rotation as a unit quaternion: its x. */
    qx: t.float32().default(0),
    /** Its y. */
    qy: t.float32().default(0),
    /** Its z. */
    qz: t.float32().default(0),
    /** Its w; 1 with the others 0 is upright. */
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
    /** All that stands in the world, by id. Spawn and despawn by `world`, not here. */
    actors: t.map(Actor),
    /** How far in the past a client shows actors that others move, ms; part of the full state. */
    interpolationMs: fixed(t.uint16().default(INTERPOLATION_MS)),
  },
  "WorldState",
);
export type WorldState = SchemaType<typeof WorldState>;
