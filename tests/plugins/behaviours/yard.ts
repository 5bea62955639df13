import { defineLevel } from "roomkeep/shared";

/** Flat ground with a wall across it. */
export const yard = defineLevel({
  name: "behaved-yard",
  bounds: { min: [-40, -40], max: [40, 40] },
  solids: [{ shape: "box", at: [-8, 0, 0], size: [1, 4, 30], look: "brick" }],
  spawns: [{ at: [0, 0, 0] }],
});
