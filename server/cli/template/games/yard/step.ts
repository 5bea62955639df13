import { type Ground, type Walker, type WalkInput, walk } from "roomkeep/shared";

type Input = Pick<WalkInput, "moveX" | "moveZ" | "buttons">;

export function yardStep(walker: Walker, input: Input, ground: Ground, dt: number) {
  walk(walker, input, ground, dt, 1.2);
}
