import type { Object3D } from "three";
import type { Actor } from "../../shared/index.ts";
import type { Pose } from "../network/predict.ts";

/** The view of a game's own kind of actor. */
export interface ActorView {
  /** Object that the scene shows; it is put at the drawn pose each frame. */
  readonly root: Object3D;
  /** Once a frame. `pose`: where it is drawn. `dtS`, `timeS`: seconds since the last frame and the first. */
  update?(actor: Actor, pose: Pose, dtS: number, timeS: number): void;
  /** Frees what the scene cannot free by itself, when the actor is gone. */
  dispose?(): void;
}
