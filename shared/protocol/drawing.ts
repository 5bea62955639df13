import { z } from "zod";

/** Width and height of a drawing in its own units: what is drawn is the same on every screen. */
export const DRAWING = { width: 1600, height: 1200 } as const;

/** Most points of one batch; a page sends a batch every 50 ms at most. */
const BATCH_POINTS = 64;

/**
 * A piece of a stroke, as pads send it while a finger draws. Points are x and y in turn, in the units of
 * {@link DRAWING}. The pieces of a stroke have its number; the last is `done`.
 *
 * @example
 * this.on("draw", strokeBatch, (player, batch) => {
 *   if (player.sessionId === this.state.turn) this.broadcast("draw", batch);
 * });
 */
export const strokeBatch = z.strictObject({
  /** Number of the stroke, from 1, counted by the page that draws. */
  stroke: z.int().min(1).max(65_535),
  /** Index into the pad's colours. */
  color: z.int().min(0).max(31),
  /** Width of the line, in the drawing's units. */
  width: z.int().min(1).max(200),
  points: z
    .array(z.int().min(0).max(Math.max(DRAWING.width, DRAWING.height)))
    .min(2)
    .max(2 * BATCH_POINTS)
    .refine((points) => points.length % 2 === 0, "has an x without a y"),
  done: z.boolean(),
});

/** A piece of a stroke; see {@link strokeBatch}. */
export type StrokeBatch = z.output<typeof strokeBatch>;
