import { type Ground, type Walker, type WalkInput, walk } from "roomkeep/shared";
import type { TagState } from "./state.ts";

/** *It* is this much faster than the others, so that a chase on open ground ends. */
export const IT_SPEED = 1.12;
/** Pace of a player who may not move. */
const FROZEN = 0;

const still = { moveX: 0, moveZ: 0, buttons: 0 };

/**
 * Pace of a player now, as a factor on the walking and running speed: 0 in the countdown, {@link IT_SPEED}
 * for *it* in a round, else 1. Room and view call the same function, so prediction matches.
 *
 * @param id session id of the player
 */
export function paceOf(state: Pick<TagState, "phase" | "it">, id: string): number {
  if (state.phase === "countdown") return FROZEN;
  return state.phase === "round" && state.it === id ? IT_SPEED : 1;
}

/**
 * Moves a player by one fixed step.
 *
 * @param pace see {@link paceOf}; at 0 the input is ignored, but a player in the air still lands
 * @param dt seconds, the room's fixed step
 */
export function tagStep(
  walker: Walker,
  input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">,
  ground: Ground,
  dt: number,
  pace: number,
): void {
  if (pace === FROZEN) walk(walker, still, ground, dt);
  else walk(walker, input, ground, dt, pace);
}

/** The step of the own avatar as the view predicts it: {@link tagStep} at the pace of the present state. */
export function ownStep(room: {
  readonly state: Pick<TagState, "phase" | "it">;
  readonly sessionId: string;
}) {
  return (
    walker: Walker,
    input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">,
    ground: Ground,
    dt: number,
  ): void => tagStep(walker, input, ground, dt, paceOf(room.state, room.sessionId));
}
