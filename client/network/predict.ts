import { type InputHandle, Predict, type Room } from "colyseus.js";
import {
  type Actor,
  type Avatar,
  type Ground,
  INTERPOLATION_MS,
  TICK_HZ,
  WALKER_FIELDS,
  type Walker,
  type WalkInput,
  type WorldState,
  walk,
} from "roomkeep/shared";

/** One input frame as the keys, the stick or the pad give it. */
export type InputFrame = Pick<WalkInput, "moveX" | "moveZ" | "buttons">;
/** The step of a game: the same function on the server and here. */
export type Step = (walker: Walker, input: InputFrame, ground: Ground, dt: number) => void;
/** A room of roomkeep as the page sees it. */
export type GameRoom<S extends WorldState = WorldState> = Room<unknown, S>;

/** What is farther off than this after a correction was moved by the server: it is shown there at once. Metres. */
const TELEPORT_M = 3;
/** Time in which a correction fades, ms. */
const FADE_MS = 90;
const OFFSET_FIELDS = ["x", "y", "z"] as const;

/** Where an actor is shown in this frame. */
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
  /** Where an actor is shown. `out` is filled and returned, so that a frame allocates nothing. */
  pose(id: string, actor: Actor, out: Pose): Pose;
  /** A number of an actor as it is shown in this frame. */
  value<A extends Actor>(actor: A, field: keyof A & string): number;
  /** The own avatar's predicted walking state, before its actor has come: undefined. */
  readonly own: Readonly<Walker> | undefined;
  /** Input frames the server has not answered yet. */
  readonly pending: number;
  /** Steps a second, as the room chose. */
  readonly tickHz: number;
  /** How far in the past others are shown, as the room chose, ms. */
  readonly interpolationMs: number;
  dispose(): void;
}

/**
 * Predicts the own avatar with the game's step and Colyseus's reconciler, and interpolates everybody else.
 *
 * The reconciler steps at the room's rate. Between two steps the own avatar is shown where a copy of its true state
 * gets to by the part of the step that has passed, with the keys as they are now: so it answers in the next frame
 * and does not lag a step behind. What a correction, or a change of keys, would make it jump fades out instead.
 */
export function predictRoom<S extends WorldState>(
  room: GameRoom<S>,
  ground: Ground,
  step: Step = walk,
): Prediction {
  const input = room.input<WalkInput>();
  let own = undefined as OwnAvatar | undefined;
  let begun = undefined as Following | undefined;
  /** The room tells its delay with its first state, which comes after the join: nothing is followed before. */
  const following = (): Following => {
    begun ??= followActors(room, room.state?.interpolationMs || INTERPOLATION_MS);
    return begun;
  };

  const follow = (predict: Predict) => {
    const actor = room.state.actors?.get(room.sessionId) as Avatar | undefined;
    if (own && own.actor === actor) return;
    own?.dispose();
    own = actor ? ownAvatar(predict, actor, input, ground, step) : undefined;
  };

  return {
    frame(now, next) {
      const { predict } = following();
      follow(predict);
      if (!own) {
        predict.tick(now);
        return;
      }
      own.before();
      const due = predict.tick(now);
      own.corrected();
      for (let i = 0; i < due; i++) {
        Object.assign(input.data, next(true));
        input.send();
      }
      own.show(now, due, next(false));
    },
    pose(id, actor, out) {
      if (own && id === room.sessionId) return Object.assign(out, own.shown);
      const { predict } = following();
      out.x = predict.value(actor, "x");
      out.y = predict.value(actor, "y");
      out.z = predict.value(actor, "z");
      out.yaw = predict.value(actor, "yaw");
      return out;
    },
    value: (actor, field) => following().predict.value(actor as Actor, field as "x"),
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
      return begun?.delayMs ?? INTERPOLATION_MS;
    },
    dispose() {
      own?.dispose();
      begun?.dispose();
    },
  };
}

interface Following {
  readonly predict: Predict;
  readonly delayMs: number;
  dispose(): void;
}

/** Interpolates every actor of the room, `delayMs` in the past. */
function followActors<S extends WorldState>(room: GameRoom<S>, delayMs: number): Following {
  const predict = Predict.get(room, { mode: "lerp", delay: delayMs, snap: 6 });
  // Quaternions are interpolated by component and normalised when they are drawn; avatars have none and skip them.
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
  /** Notes the state before the reconciler ran. */
  before(): void;
  /** Turns what the reconciler changed into an offset that fades. */
  corrected(): void;
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
  const noted: Walker = copyWalker(state, {} as Walker);
  const held: InputFrame = { moveX: 0, moveZ: 0, buttons: 0 };
  const offset = { x: 0, y: 0, z: 0 };
  const shown: Pose = { x: state.x, y: state.y, z: state.z, yaw: state.yaw };
  let passed = 0;
  let last = -1;

  /** Where the part of a step that has passed brings the true state. */
  const partial = (frame: InputFrame): Walker => {
    copyWalker(state, scratch);
    if (passed > 0) step(scratch, frame, ground, passed / 1000);
    return scratch;
  };

  return {
    actor,
    shown,
    walker: () => state,
    before: () => copyWalker(state, noted),
    corrected() {
      const far = Math.hypot(noted.x - state.x, noted.y - state.y, noted.z - state.z);
      for (const field of OFFSET_FIELDS) {
        offset[field] = far > TELEPORT_M ? 0 : offset[field] + noted[field] - state[field];
      }
    },
    show(now, sent, next) {
      const spent = last < 0 ? 0 : now - last;
      last = now;
      passed += spent - sent * stepMs;
      // After a hitch Predict drops the backlog; this clock follows it.
      if (passed < 0 || passed >= stepMs) passed = passed < 0 ? 0 : Math.min(passed % stepMs, stepMs);
      if (sent === 0 && !sameInput(held, next)) {
        // The keys changed inside a step: go on from where the old ones had led.
        const { x, y, z } = partial(held);
        const turned = partial(next);
        offset.x += x - turned.x;
        offset.y += y - turned.y;
        offset.z += z - turned.z;
      }
      Object.assign(held, next);
      const climbed = shown.y - offset.y;
      const at = partial(next);
      // A stair lifts by a whole step at once; the eye wants a ramp.
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
