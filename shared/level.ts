import { z } from "zod";
import { RoomkeepError } from "./errors.ts";

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

const spawn = z.strictObject({ at: place, yaw: z.number().default(0), radius: z.number().min(0).default(0) });

const levelSchema = z.strictObject({
  name: z.string().min(1).max(32),
  /** Metres: nobody leaves this rectangle. */
  bounds: z.strictObject({ min: z.tuple([metres, metres]), max: z.tuple([metres, metres]) }),
  spawns: z.array(spawn).min(1),
  solids: z.array(z.discriminatedUnion("shape", [box, cylinder])).default([]),
  loose: z.array(loose).default([]),
  decor: z.array(decor).default([]),
});

/** Static geometry that blocks, things that stand about, and where people appear. Lengths in metres. */
export type Level = z.output<typeof levelSchema>;
/** A level as it is written: what has a default may be left out. */
export type LevelSource = z.input<typeof levelSchema>;
/** One piece of static geometry. */
export type Solid = Level["solids"][number];
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
