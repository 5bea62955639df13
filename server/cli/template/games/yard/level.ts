import { defineLevel } from "roomkeep/shared";

export const yard = defineLevel({
  name: "yard",
  bounds: { min: [-14, -9], max: [14, 9] },
  spawns: [{ at: [0, 0, 5], radius: 2 }],
  loose: [{ kind: "ball", at: [0, 0.5, 0], size: 0.5 }],
});
