import { z } from "zod";
import { RoomkeepError } from "../errors.ts";
import { type JsonIssue, readJson } from "./json-positions.ts";

const metres = z.number().min(-10_000).max(10_000);
const extent = z.number().positive().max(1_000);
/** x, y (of the lowest point), z. */
const place = z.tuple([metres, metres, metres]);

const box = z.strictObject({
  shape: z.literal("box"),
  at: place,
  /** Width along x, height, depth along z. */
  size: z.tuple([extent, extent, extent]),
  look: z.string().max(32).default("stone"),
});

const cylinder = z.strictObject({
  shape: z.literal("cylinder"),
  at: place,
  radius: extent,
  height: extent,
  look: z.string().max(32).default("stone"),
});

/** A wedge that is walked up. At most as steep as 45 degrees: a walker climbs it at any pace. */
const ramp = z
  .strictObject({
    shape: z.literal("ramp"),
    at: place,
    /** Width along x, height at the high end, depth along z. */
    size: z.tuple([extent, extent, extent]),
    /** The direction in which it goes up. */
    rises: z.enum(["+x", "-x", "+z", "-z"]),
    look: z.string().max(32).default("stone"),
  })
  .refine(({ size: [x, y, z], rises }) => y <= (rises.endsWith("x") ? x : z), {
    message: "is steeper than 45 degrees",
    path: ["size"],
  });

const terrain = z
  .strictObject({
    /** Place of the first height. */
    originX: metres,
    originZ: metres,
    /** Metres from one height to the next, along x and z. */
    cellM: z.number().min(0.25).max(64),
    /** Heights in a row along x; the rows follow each other along z. */
    columns: z.int().min(2).max(1025),
    /** Metres. At most 512 by 512. */
    heights: z.array(z.number().min(-1_000).max(1_000)).min(4).max(262_144),
  })
  .refine(({ columns, heights }) => heights.length % columns === 0 && heights.length >= columns * 2, {
    message: "are not at least two whole rows",
    path: ["heights"],
  });

const triggerName = z.string().min(1).max(32);
const trigger = z.discriminatedUnion("shape", [
  z.strictObject({
    name: triggerName,
    shape: z.literal("sphere"),
    /** The middle. */
    at: place,
    radius: extent,
  }),
  z.strictObject({
    name: triggerName,
    shape: z.literal("box"),
    at: place,
    size: z.tuple([extent, extent, extent]),
  }),
]);

const portal = z.strictObject({
  at: place,
  /** Direction that the arch faces, radians. */
  yaw: z.number().default(0),
  /** A player who comes this near steps through, metres. */
  radius: z.number().positive().max(20).default(1),
  /** Name of the game on the other side. */
  to: z.string().min(1).max(32),
  /** Name of the spawn there; without it the first. */
  spawn: z.string().max(32).optional(),
});

const decor = z.strictObject({
  kind: z.string().max(32),
  at: place,
  yaw: z.number().default(0),
  scale: z.number().positive().max(100).default(1),
});

const loose = z.strictObject({
  kind: z.enum(["crate", "ball"]),
  at: place,
  /** Half extent of a crate, radius of a ball. */
  size: extent.max(5).default(0.45),
});

const spawn = z.strictObject({
  /** For portals that lead here. */
  name: z.string().max(32).optional(),
  at: place,
  yaw: z.number().default(0),
  radius: z.number().min(0).default(0),
});

const bounds = z
  .strictObject({ min: z.tuple([metres, metres]), max: z.tuple([metres, metres]) })
  .refine(({ min, max }) => min[0] < max[0] && min[1] < max[1], "min must lie below max");

const uniqueNames = (list: readonly { name: string }[]) =>
  new Set(list.map(({ name }) => name)).size === list.length;

const levelSchema = z.strictObject({
  name: z.string().min(1).max(32),
  /** Metres: no walker leaves this rectangle. */
  bounds,
  spawns: z.array(spawn).min(1),
  /** Under a roof or in a mountain: no land is seen around it. */
  indoors: z.boolean().default(false),
  /**
   * Heights of the ground; without them it is flat at 0. Beyond the edge the heights of the edge continue.
   */
  terrain: terrain.optional(),
  solids: z.array(z.discriminatedUnion("shape", [box, cylinder, ramp])).default([]),
  /** Volumes that report which actors enter and leave. */
  triggers: z.array(trigger).refine(uniqueNames, "two have the same name").default([]),
  /** Ways to other rooms. */
  portals: z.array(portal).default([]),
  loose: z.array(loose).default([]),
  decor: z.array(decor).default([]),
});

/** Static geometry that blocks, loose bodies, spawns, triggers and portals. Lengths in metres. */
export type Level = z.output<typeof levelSchema>;
/** A level as its author writes it: fields with a default may be left out. */
export type LevelSource = z.input<typeof levelSchema>;
/**
 * One piece of static geometry that blocks walkers, bodies and rays: a box, a cylinder or a ramp. Metres and
 * radians.
 */
export type Solid = Level["solids"][number];
/**
 * Heights on a square grid, row by row along x, in metres; in between they are interpolated, beyond the edge
 * they continue.
 */
export type Terrain = NonNullable<Level["terrain"]>;
/** A volume that reports which actors enter and leave. */
export type TriggerVolume = Level["triggers"][number];
/**
 * A way to another room: a player who comes within its radius travels to the game that `to` names. Metres.
 */
export type Portal = Level["portals"][number];
/** A loose crate or ball and where it starts. */
export type LooseBody = Level["loose"][number];

/**
 * Checks a level and fills its defaults.
 *
 * @throws RoomkeepError LEVEL_INVALID naming each wrong place
 * @example
 * export const courtyard = defineLevel({
 *   name: "courtyard",
 *   bounds: { min: [-10, -10], max: [10, 10] },
 *   spawns: [{ at: [0, 0, 0] }],
 *   solids: [{ shape: "box", at: [4, 0, 0], size: [2, 1, 2] }],
 * });
 */
export function defineLevel(source: LevelSource): Level {
  const parsed = levelSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new RoomkeepError("LEVEL_INVALID", `Level "${source?.name ?? "?"}": ${problems.join("; ")}`);
}

/** Most problems of a level file that one error lists; a file of another kind has hundreds. */
const PROBLEMS_MAX = 5;

/**
 * Reads a level from a JSON file.
 *
 * @param text content of the file
 * @param file name of the file, for the message
 * @throws LEVEL_INVALID with file, line and reason of each problem, e.g.
 *   `yard.json:7: solids.1.radius: Too small: expected number to be >0`
 * @example
 * const yard = readLevel(await readFile("yard.json", "utf8"), "yard.json");
 */
export function readLevel(text: string, file: string): Level {
  const json = readJson(text);
  if (!json.ok) throw broken(file, [json.issue]);
  const parsed = levelSchema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue): JsonIssue[] => {
    const path = issue.path.map(String);
    const at = path.length > 0 ? `${path.join(".")}: ` : "";
    if (issue.code !== "unrecognized_keys")
      return [{ line: json.lineOf(path), reason: `${at}${issue.message}` }];
    return issue.keys.map((key) => ({
      line: json.lineOf([...path, key]),
      reason: `${at}"${key}" is not known here`,
    }));
  });
  throw broken(file, issues);
}

function broken(file: string, issues: readonly JsonIssue[]): RoomkeepError {
  const lines = issues.slice(0, PROBLEMS_MAX).map(({ line, reason }) => `${file}:${line}: ${reason}`);
  const more = issues.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return new RoomkeepError("LEVEL_INVALID", lines.join("\n"));
}
