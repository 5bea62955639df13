import type { Object3D } from "three";
import type { Actor } from "../../shared/index.ts";
import type { Pose } from "../network/predict.ts";

/** The view of a game's own kind of actor. */
export interface ActorView {
  readonly root: Object3D;
  update?(actor: Actor, pose: Pose, dtS: number, timeS: number): void;
  dispose?(): void;
}
