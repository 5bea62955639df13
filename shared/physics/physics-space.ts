import {
  type ArrayCollisionMatrix,
  Body,
  Box,
  ConvexPolyhedron,
  Cylinder,
  Heightfield,
  Material,
  ObjectCollisionMatrix,
  Plane,
  type Shape,
  Sphere,
  Vec3,
  World,
} from "cannon-es";
import type { Level, Solid, Terrain } from "../level/level.ts";
import type { Prop } from "../world/actor.ts";
import { mendActor } from "../world/finite.ts";
import { CellBroadphase } from "./broadphase.ts";
import { heightOf } from "./ground.ts";
import { LAYER } from "./layers.ts";
import { GRAVITY_MPS2, WALKER_HEIGHT_M, WALKER_RADIUS_M, type Walker } from "./walk.ts";

/** Physics steps a second, at every tick rate: 60 keep stacked crates calm. */
const PHYSICS_HZ = 60;
/** Nothing loose moves faster, m/s: a crate squeezed between a player and a wall must not become a bullet. */
const LOOSE_MAX_MPS = 14;
/** Smaller movements are not written to the actor: metres and quaternion parts. */
const STILL = 0.002;

/** A loose body and the actor that shows it. */
export interface LooseEntry {
  readonly body: Body;
  readonly actor: Prop;
  readonly home: Vec3;
}

/** The body by which a walker pushes. */
export interface WalkerEntry {
  readonly body: Body;
  readonly walker: Walker;
}

/** The fixed-step Cannon world of a room: static solids, loose bodies, and walkers that push them. */
export interface Space {
  /** The cannon-es world of all bodies, for constraints and forces of a game's own. */
  readonly world: World;
  /** Gives an actor a loose body of its kind ("crate" or "ball") and size where the actor stands. */
  addLoose(id: string, actor: Prop): Body;
  /** Removes a loose body; the actor stays. Does nothing if there is none. */
  removeLoose(id: string): void;
  /** Gives an avatar a body that pushes loose things and is pushed by none. */
  addWalker(id: string, walker: Walker): void;
  /** Removes an avatar's body. Does nothing if there is none. */
  removeWalker(id: string): void;
  /** One tick: walkers take their pose, the world steps, the poses of what moved are written to its actor. */
  step(dtS: number): void;
  /** Loose bodies by actor id. */
  readonly loose: ReadonlyMap<string, LooseEntry>;
  /** Bodies of walkers by actor id. */
  readonly walkers: ReadonlyMap<string, WalkerEntry>;
}

/**
 * Builds the physics of a level. Poses of loose bodies live here as float64; the pose of a body that moved is
 * written to its actor, which clients see.
 *
 * @example
 * const space = openSpace(level);
 * space.addLoose("crate-1", prop);
 * space.step(1 / 20);
 */
export function openSpace(level: Level): Space {
  const world = new World({ gravity: new Vec3(0, -GRAVITY_MPS2, 0), allowSleep: true });
  world.broadphase = new CellBroadphase();
  world.broadphase.setWorld(world);
  // The usual matrices have a place for each pair of bodies and clear all of them at each step.
  world.collisionMatrix = new ObjectCollisionMatrix() as unknown as ArrayCollisionMatrix;
  world.collisionMatrixPrevious = new ObjectCollisionMatrix() as unknown as ArrayCollisionMatrix;
  const surface = new Material({ friction: 0.35, restitution: 0.25 });
  world.defaultContactMaterial.friction = 0.35;
  world.defaultContactMaterial.restitution = 0.2;
  addGround(world, surface, level);
  const lowest = level.terrain ? level.terrain.heights.reduce((a, b) => Math.min(a, b)) : 0;
  const loose = new Map<string, LooseEntry>();
  const walkers = new Map<string, WalkerEntry>();

  return {
    world,
    loose,
    walkers,
    addLoose(id, actor) {
      const [{ at, yaw } = { at: [0, 0, 0], yaw: 0 }] = level.spawns;
      mendActor(actor, { x: at[0], y: at[1], z: at[2], yaw });
      const body = looseBody(actor, surface);
      world.addBody(body);
      loose.set(id, { body, actor, home: body.position.clone() });
      return body;
    },
    removeLoose(id) {
      const entry = loose.get(id);
      if (entry) world.removeBody(entry.body);
      loose.delete(id);
    },
    addWalker(id, walker) {
      const body = walkerBody(walker);
      world.addBody(body);
      walkers.set(id, { body, walker });
    },
    removeWalker(id) {
      const entry = walkers.get(id);
      if (entry) world.removeBody(entry.body);
      walkers.delete(id);
    },
    step(dtS) {
      for (const { body, walker } of walkers.values()) followWalker(body, walker, dtS);
      const subSteps = Math.max(1, Math.round(dtS * PHYSICS_HZ));
      for (let i = 0; i < subSteps; i++) world.step(dtS / subSteps);
      for (const entry of loose.values()) {
        tame(entry, level, lowest);
        writePose(entry);
      }
    },
  };
}

function addGround(world: World, material: Material, level: Level) {
  const { terrain } = level;
  const floor = new Body({
    type: Body.STATIC,
    material,
    shape: terrain ? heightfield(terrain) : new Plane(),
    collisionFilterGroup: LAYER.solid,
  });
  // Cannon's own up is +z: turned about x, its +y points along our −z, so the field begins at the last row.
  floor.quaternion.setFromEuler(-Math.PI / 2, 0, 0);
  if (terrain) {
    const rows = terrain.heights.length / terrain.columns;
    floor.position.set(terrain.originX, 0, terrain.originZ + (rows - 1) * terrain.cellM);
  }
  world.addBody(floor);
  for (const solid of level.solids) world.addBody(solidBody(solid, material));
}

function heightfield({ columns, heights, cellM }: Terrain): Heightfield {
  const rows = heights.length / columns;
  const field = Array.from({ length: columns }, (_, c) =>
    Array.from({ length: rows }, (_, r) => heights[(rows - 1 - r) * columns + c] ?? 0),
  );
  return new Heightfield(field, { elementSize: cellM });
}

/** A ramp about the middle of its box. */
function wedge({ size, rises }: Extract<Solid, { shape: "ramp" }>): ConvexPolyhedron {
  const [w, h, d] = [size[0] / 2, size[1] / 2, size[2] / 2];
  // It rises along +z; the other three are turned.
  const across = rises.endsWith("x") ? d : w;
  const along = rises.endsWith("x") ? w : d;
  const turn = (x: number, y: number, z: number): Vec3 => {
    if (rises === "+z") return new Vec3(x, y, z);
    if (rises === "-z") return new Vec3(-x, y, -z);
    return rises === "+x" ? new Vec3(z, y, -x) : new Vec3(-z, y, x);
  };
  const vertices = [
    turn(-across, -h, -along),
    turn(across, -h, -along),
    turn(across, -h, along),
    turn(-across, -h, along),
    turn(across, h, along),
    turn(-across, h, along),
  ];
  const faces = [
    [0, 1, 2, 3],
    [2, 4, 5, 3],
    [0, 5, 4, 1],
    [0, 3, 5],
    [1, 4, 2],
  ];
  return new ConvexPolyhedron({ vertices, faces });
}

function solidShape(solid: Solid): Shape {
  if (solid.shape === "cylinder") return new Cylinder(solid.radius, solid.radius, solid.height, 14);
  if (solid.shape === "ramp") return wedge(solid);
  return new Box(new Vec3(solid.size[0] / 2, solid.size[1] / 2, solid.size[2] / 2));
}

function solidBody(solid: Solid, material: Material): Body {
  const [x, y, z] = solid.at;
  return new Body({
    type: Body.STATIC,
    material,
    shape: solidShape(solid),
    position: new Vec3(x, y + heightOf(solid) / 2, z),
    collisionFilterGroup: LAYER.solid,
  });
}

function looseBody(actor: Prop, material: Material): Body {
  const { size, kind } = actor;
  const body = new Body({
    mass: kind === "ball" ? 4 * size : 12 * size,
    material,
    shape: kind === "ball" ? new Sphere(size) : new Box(new Vec3(size, size, size)),
    linearDamping: kind === "ball" ? 0.25 : 0.12,
    angularDamping: kind === "ball" ? 0.25 : 0.3,
    sleepSpeedLimit: 0.15,
    sleepTimeLimit: 0.6,
    collisionFilterGroup: LAYER.loose,
    collisionFilterMask: LAYER.solid | LAYER.loose | LAYER.walker,
  });
  // Only now: the inertia is taken from the bounds where the body is made, and must not hold that place's
  // rounding.
  body.position.set(actor.x, actor.y, actor.z);
  body.quaternion.set(actor.qx, actor.qy, actor.qz, actor.qw);
  body.aabbNeedsUpdate = true;
  return body;
}

/** A player pushes as a stack of two spheres, without the edges on which a cylinder would catch. */
function walkerBody(walker: Walker): Body {
  const body = new Body({
    type: Body.KINEMATIC,
    // One that fell asleep would be left behind when its walker goes on, and push nothing.
    allowSleep: false,
    collisionFilterGroup: LAYER.walker,
    collisionFilterMask: LAYER.loose,
    position: new Vec3(walker.x, walker.y, walker.z),
  });
  const sphere = new Sphere(WALKER_RADIUS_M);
  body.addShape(sphere, new Vec3(0, WALKER_RADIUS_M + 0.06, 0));
  body.addShape(sphere, new Vec3(0, WALKER_HEIGHT_M - WALKER_RADIUS_M, 0));
  return body;
}

/**
 * The body starts where the walker was and gets the speed that takes it where it is: the solver then pushes
 * loose bodies along instead of being surprised by a jump.
 */
function followWalker(body: Body, walker: Walker, dtS: number) {
  const dx = walker.x - body.position.x;
  const dy = walker.y - body.position.y;
  const dz = walker.z - body.position.z;
  // One NaN would go from body to body.
  if (!Number.isFinite(dx + dy + dz)) return;
  if (dx * dx + dy * dy + dz * dz > 4) {
    body.position.set(walker.x, walker.y, walker.z);
    body.velocity.set(0, 0, 0);
    return;
  }
  body.velocity.set(dx / dtS, dy / dtS, dz / dtS);
}

/** Caps the speed, and puts a body that fell out of the world back to its start. */
function tame({ body, home }: LooseEntry, level: Level, lowest: number) {
  if (body.sleepState === Body.SLEEPING) return;
  const { min, max } = level.bounds;
  const { position, velocity, angularVelocity: spin, quaternion: turn } = body;
  const lost =
    position.y < lowest - 10 ||
    position.x < min[0] - 1 ||
    position.x > max[0] + 1 ||
    position.z < min[1] - 1 ||
    position.z > max[1] + 1 ||
    !Number.isFinite(position.x + position.y + position.z + velocity.x + velocity.y + velocity.z) ||
    !Number.isFinite(spin.x + spin.y + spin.z + turn.x + turn.y + turn.z + turn.w);
  if (lost) {
    body.position.copy(home);
    body.velocity.setZero();
    body.angularVelocity.setZero();
    body.quaternion.set(0, 0, 0, 1);
    return;
  }
  const speed = velocity.length();
  if (speed > LOOSE_MAX_MPS) velocity.scale(LOOSE_MAX_MPS / speed, velocity);
}

/** A sleeping or still body writes nothing, so it costs nothing on the wire. */
function writePose({ body, actor }: LooseEntry) {
  if (body.sleepState === Body.SLEEPING) return;
  const { position: p, quaternion: q } = body;
  const moved =
    Math.abs(p.x - actor.x) + Math.abs(p.y - actor.y) + Math.abs(p.z - actor.z) > STILL ||
    Math.abs(q.x - actor.qx) + Math.abs(q.y - actor.qy) + Math.abs(q.z - actor.qz) > STILL;
  if (!moved) return;
  actor.x = p.x;
  actor.y = p.y;
  actor.z = p.z;
  actor.qx = q.x;
  actor.qy = q.y;
  actor.qz = q.z;
  actor.qw = q.w;
}
