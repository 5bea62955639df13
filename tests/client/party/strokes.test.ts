import { DRAWING, strokeBatch } from "roomkeep/shared";
import { expect, it } from "vitest";

const batch = { stroke: 1, color: 0, width: 26, points: [0, 0, DRAWING.width, DRAWING.height], done: true };

it("is a piece of a stroke within the drawing, and of no more points than a finger makes in a batch", () => {
  expect(strokeBatch.safeParse(batch).success).toBe(true);
  for (const wrong of [
    { points: [] },
    { points: [1, 2, 3] },
    { points: [1, -1] },
    { points: [1, 0.5] },
    { points: [1, DRAWING.width + 1] },
    { points: Array.from({ length: 130 }, () => 1) },
    { color: 32 },
    { width: 0 },
    { stroke: 0 },
    { from: "another seat" },
  ])
    expect(strokeBatch.safeParse({ ...batch, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
});
