import type { Actor, Avatar, Level, WorldState } from "../../shared/index.ts";
import { fnv1a64 } from "../../shared/internal.ts";
import { rounded } from "./people.ts";

/** Actors, solids and heights that one picture has. */
const ACTORS_MAX = 2_000;
const SOLIDS_MAX = 5_000;
const HEIGHTS_MAX = 64;

/** The level from above. Metres; x to the right, z towards the viewer. */
export interface LevelPicture {
  /** Another one for another level: an asker who has it is not sent it again. */
  readonly version: string;
  readonly name: string;
  readonly bounds: Level["bounds"];
  readonly indoors: boolean;
  /** `size`: width along x, height, depth along z; a cylinder's has its diameter. `at`: its lowest y. */
  readonly solids: readonly {
    readonly shape: "box" | "cylinder" | "ramp";
    readonly at: readonly [number, number, number];
    readonly size: readonly [number, number, number];
    readonly look: string;
  }[];
  readonly portals: readonly {
    readonly x: number;
    readonly z: number;
    readonly radius: number;
    readonly to: string;
  }[];
  readonly triggers: readonly { readonly name: string; readonly x: number; readonly z: number }[];
  readonly spawns: readonly { readonly x: number; readonly z: number; readonly name: string }[];
  readonly decor: readonly {
    readonly kind: string;
    readonly x: number;
    readonly z: number;
    readonly scale: number;
  }[];
  /** Heights of the ground row by row along x, at most 64 by 64 of them; null: it is flat. */
  readonly ground: {
    readonly originX: number;
    readonly originZ: number;
    readonly cellM: number;
    readonly columns: number;
    readonly heights: readonly number[];
  } | null;
}

/** Who an actor is. */
export interface ActorLabel {
  readonly kind: string;
  /** Of an avatar; empty for others. */
  readonly name: string;
  /** True: a player's, whose session id is the actor's id. */
  readonly player: boolean;
}

/** Where an actor is: metres, and radians about y (0 looks along +z). */
export type ActorSpot = readonly [id: string, x: number, z: number, heading: number, y: number];

/** Where everything is at one tick. */
export interface PictureFrame {
  readonly tick: number;
  readonly actors: readonly ActorSpot[];
}

/** The world of a room from above, at one tick. */
export interface Picture extends PictureFrame {
  /** Of the level: see {@link LevelPicture.version}. */
  readonly level: string;
  /** Who the actors are, by id. */
  readonly who: Readonly<Record<string, ActorLabel>>;
  /** Actors that are not in it. */
  readonly left: number;
}

const known = new WeakMap<Level, LevelPicture>();

/** The level from above. */
export function levelPicture(level: Level): LevelPicture {
  const drawn = known.get(level) ?? drawLevel(level);
  known.set(level, drawn);
  return drawn;
}

function drawLevel(level: Level): LevelPicture {
  const { name, bounds, indoors, solids, portals, triggers, spawns, decor, terrain } = level;
  const picture: Omit<LevelPicture, "version"> = {
    name,
    bounds,
    indoors,
    solids: solids.slice(0, SOLIDS_MAX).map((solid) => {
      const { shape, at, look } = solid;
      const size: [number, number, number] =
        solid.shape === "cylinder" ? [2 * solid.radius, solid.height, 2 * solid.radius] : solid.size;
      return { shape, at, size, look };
    }),
    portals: portals.map(({ at: [x, , z], radius, to }) => ({ x, z, radius, to })),
    triggers: triggers.map(({ name, at: [x, , z] }) => ({ name, x, z })),
    spawns: spawns.map(({ at: [x, , z], name = "" }) => ({ x, z, name })),
    decor: decor.slice(0, SOLIDS_MAX).map(({ kind, at: [x, , z], scale }) => ({ kind, x, z, scale })),
    ground: terrain ? thinned(terrain) : null,
  };
  return { version: fnv1a64(JSON.stringify(picture)), ...picture };
}

/** Every so many heights, so that there are few. */
function thinned({ originX, originZ, cellM, columns, heights }: NonNullable<Level["terrain"]>) {
  const rows = heights.length / columns;
  const step = Math.ceil(Math.max(columns, rows) / HEIGHTS_MAX);
  const some: number[] = [];
  for (let row = 0; row < rows; row += step)
    for (let column = 0; column < columns; column += step)
      some.push(rounded(heights[row * columns + column] ?? 0));
  return { originX, originZ, cellM: cellM * step, columns: Math.ceil(columns / step), heights: some };
}

/** The world as it is. @param level its version */
export function takePicture(
  { actors }: Pick<WorldState, "actors">,
  players: { has(id: string): boolean },
  tick: number,
  level: string,
): Picture {
  const spots: ActorSpot[] = [];
  const who: Record<string, ActorLabel> = {};
  for (const [id, actor] of actors) {
    if (spots.length >= ACTORS_MAX) break;
    spots.push(spotOf(id, actor));
    who[id] = labelOf(actor, players.has(id));
  }
  return { tick, level, actors: spots, who, left: actors.size - spots.length };
}

const spotOf = (id: string, { x, y, z, yaw }: Actor): ActorSpot => [
  id,
  rounded(x),
  rounded(z),
  rounded(yaw),
  rounded(y),
];

function labelOf(actor: Actor & Partial<Pick<Avatar, "name">>, player: boolean): ActorLabel {
  return { kind: actor.kind, name: actor.name ?? "", player };
}
