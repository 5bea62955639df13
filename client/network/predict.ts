import type { InputHandle } from "colyseus.js";
import { Predict } from "colyseus.js/predict/Predictor";
import {
  type Actor,
  type Avatar,
  type Ground,
  TICK_HZ,
  type Walker,
  type WalkInput,
  type WorldState,
  walk,
} from "../../shared/index.ts";
import { INTERPOLATION_MS, WALKER_FIELDS } from "../../shared/internal.ts";
import type { JoinedRoom } from "../room/joined-room.ts";

/** One input frame from keys, touch stick or gamepad. */
export type InputFrame = Pick<WalkInput, "moveX" | "moveZ" | "buttons">;
/** The step of a game: the same function on the server and here. */
export type Step = (walker: Walker, input: InputFrame, ground: Ground, dt: number) => void;

/** A correction by more than this is a teleport: it is shown at once. Metres. */
const TELEPORT_M = 3;
/** Time in which a correction fades, ms. */
const FADE_MS = 90;
const OFFSET_FIELDS = ["x", "y", "z"] as const;

/** Position and direction of an actor as it is drawn. */
export interface Pose {
  x: number;
  y: number;
  z: number;
  yaw: number;
}

/** The predicted own avatar and the interpolated others of one room. */
export interface Prediction {
  /**
   * Advances one frame: sends the input frames that are due and moves what is shown.
   *
   * @param now the frame's time stamp, ms
   * @param next reads the input as it is now; `consumed` is true when the frame was sent
   */
  frame(now: number, next: (consumed: boolean) => InputFrame): void;
  /** The drawn pose of an actor. `out` is filled and returned, so that a frame allocates nothing. */
  pose(id: string, actor: Actor, out: Pose): Pose;
  /** An interpolated number of an actor. */
  value<A extends Actor>(actor: A, field: keyof A & string): number;
  /** The own avatar's predicted walking state; undefined before its actor has come. */
  readonly own: Readonly<Walker> | undefined;
  /** Input frames that the server has not answered yet. */
  readonly pending: number;
  /** Steps a second, as the room chose. */
  readonly tickHz: number;
  /** Interpolation delay of other actors, as the room chose, ms. */
  readonly interpolationMs: number;
  dispose(): void;
}

/**
 * Predicts the own avatar with the game's step and Colyseus's reconciler, and interpolates everybody else.
 *
 * The reconciler steps at the room's rate. Between two steps a copy of the true state is stepped by the time
 * that has passed, with the input as it is now: so the own avatar answers in the next frame and does not lag
 * a step behind. A jump by a correction, or by changed input, becomes an offset that fades.
 */
export function predictRoom<S extends WorldState>(
  room: JoinedRoom<S>,
  ground: Ground,
  step: Step = walk,
): Prediction {
  const input = room.input<WalkInput>();
  let own = undefined as OwnAvatar | undefined;
  let interpolation = undefined as Interpolation | undefined;
  /** The first state, which comes after the join, has the room's delay: interpolation begins with it. */
  const interpolated = (): Interpolation => {
    interpolation ??= interpolateActors(room, room.state?.interpolationMs || INTERPOLATION_MS);
    return interpolation;
  };

  const follow = (predict: Predict) => {
    const actor = room.state.actors?.get(room.sessionId) as Avatar | undefined;
    if (own && own.actor === actor) return;
    own?.dispose();
    own = actor ? ownAvatar(predict, actor, input, ground, step) : undefined;
  };

  return {
    frame(now, next) {
      const { predict } = interpolated();
      follow(predict);
      if (!own) {
        predict.tick(now);
        return;
      }
      own.beginReconcile();
      const due = predict.tick(now);
      own.endReconcile();
      for (let i = 0; i < due; i++) {
        Object.assign(input.data, next(true));
        input.send();
      }
      own.show(now, due, next(false));
    },
    pose(id, actor, out) {
      if (own && id === room.sessionId) return Object.assign(out, own.shown);
      const { predict } = interpolated();
      out.x = predict.value(actor, "x");
      out.y = predict.value(actor, "y");
      out.z = predict.value(actor, "z");
      out.yaw = predict.value(actor, "yaw");
      return out;
    },
    value: (actor, field) => interpolated().predict.value(actor as Actor, field as "x"),
    get own() {
      return own?.walker();
    },
    get pending() {
      return input.pendingCount;
    },
    get tickHz() {
      return 1000 / (input.stepMs ?? 1000 / TICK_HZ);
    },
    get interpolationMs() {
      return interpolation?.delayMs ?? INTERPOLATION_MS;
    },
    dispose() {
      own?.dispose();
      interpolation?.dispose();
    },
  };
}

interface Interpolation {
  readonly predict: Predict;
  readonly delayMs: number;
  dispose(): void;
}

/** Interpolates every actor of the room, `delayMs` in the past. */
function interpolateActors<S extends WorldState>(room: JoinedRoom<S>, delayMs: number): Interpolation {
  const predict = Predict.get(room, { mode: "lerp", delay: delayMs, snap: 6 });
  // Quaternions are interpolated by component and normalised when they are drawn; avatars have none and skip
  // them.
  const linear = { mode: "lerp", fields: ["x", "y", "z", "qx", "qy", "qz", "qw"], snap: 6 } as const;
  const angular = { mode: "lerp", fields: ["yaw"], angle: true } as const;
  const root = predict as unknown as { attachAll(key: "actors", config: object): () => void };
  const detach = [root.attachAll("actors", linear), root.attachAll("actors", angular)];
  return {
    predict: predict as unknown as Predict,
    delayMs,
    dispose() {
      for (const stop of detach) stop();
      predict.dispose();
    },
  };
}

interface OwnAvatar {
  readonly actor: Avatar;
  readonly shown: Pose;
  walker(): Readonly<Walker>;
  /** Copies the state before the reconciler runs. */
  beginReconcile(): void;
  /** Turns the change by the reconciler into an offset that fades. */
  endReconcile(): void;
  show(now: number, sent: number, held: InputFrame): void;
  dispose(): void;
}

function ownAvatar(
  predict: Predict,
  actor: Avatar,
  input: InputHandle<WalkInput>,
  ground: Ground,
  step: Step,
): OwnAvatar {
  const stepMs = input.stepMs ?? 1000 / TICK_HZ;
  const reconciler = predict.reconciler(actor as Walker & Avatar, {
    input,
    fields: WALKER_FIELDS,
    stepMs,
    stepSeconds: input.stepSeconds ?? 1 / TICK_HZ,
    step: (context, walker, command) => step(walker, command, ground, context.dt),
  });
  const state = reconciler.state as Walker;
  const scratch: Walker = copyWalker(state, {} as Walker);
  const before: Walker = copyWalker(state, {} as Walker);
  const held: InputFrame = { moveX: 0, moveZ: 0, buttons: 0 };
  const offset = { x: 0, y: 0, z: 0 };
  const shown: Pose = { x: state.x, y: state.y, z: state.z, yaw: state.yaw };
  let passed = 0;
  let last = -1;

  /** The true state, stepped by the part of a step that has passed. */
  const partial = (frame: InputFrame): Walker => {
    copyWalker(state, scratch);
    if (passed > 0) step(scratch, frame, ground, passed / 1000);
    return scratch;
  };

  return {
    actor,
    shown,
    walker: () => state,
    beginReconcile: () => copyWalker(state, before),
    endReconcile() {
      const far = Math.hypot(before.x - state.x, before.y - state.y, before.z - state.z);
      for (const field of OFFSET_FIELDS) {
        offset[field] = far > TELEPORT_M ? 0 : offset[field] + before[field] - state[field];
      }
    },
    show(now, sent, next) {
      const spent = last < 0 ? 0 : now - last;
      last = now;
      passed += spent - sent * stepMs;
      // After a hitch Predict drops the backlog, and so does this clock.
      if (passed < 0 || passed >= stepMs) passed = passed < 0 ? 0 : Math.min(passed % stepMs, stepMs);
      if (sent === 0 && !sameInput(held, next)) {
        // The input changed inside a step: go on from where the old input has led.
        const { x, y, z } = partial(held);
        const turned = partial(next);
        offset.x += x - turned.x;
        offset.y += y - turned.y;
        offset.z += z - turned.z;
      }
      Object.assign(held, next);
      const climbed = shown.y - offset.y;
      const at = partial(next);
      // A stair lifts the avatar at once; the fading offset makes it a ramp.
      const lift = at.y - climbed;
      if (at.grounded && state.grounded && Math.abs(lift) > 0.06 && Math.abs(lift) < 0.6) offset.y -= lift;
      const fade = Math.exp(-spent / FADE_MS);
      for (const field of OFFSET_FIELDS) {
        offset[field] *= fade;
        shown[field] = at[field] + offset[field];
      }
      const turn = Math.atan2(Math.sin(at.yaw - shown.yaw), Math.cos(at.yaw - shown.yaw));
      shown.yaw += turn * (1 - Math.exp(-spent / 45));
    },
    dispose: () => reconciler.dispose(),
  };
}

function sameInput(a: InputFrame, b: InputFrame): boolean {
  return a.moveX === b.moveX && a.moveZ === b.moveZ && a.buttons === b.buttons;
}

function copyWalker(from: Walker, to: Walker): Walker {
  to.x = from.x;
  to.y = from.y;
  to.z = from.z;
  to.yaw = from.yaw;
  to.vx = from.vx;
  to.vy = from.vy;
  to.vz = from.vz;
  to.grounded = from.grounded;
  return to;
}
