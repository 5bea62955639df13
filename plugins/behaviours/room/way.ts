import { BUTTON, type WalkInput } from "roomkeep/shared";
import type { Agent, Goal } from "./agent.ts";

/** Near enough to a place to be there, metres. */
const ARRIVED_M = 0.5;
/** An agent that comes no nearer for so long is blocked, seconds. */
const BLOCKED_S = 2;
/** By so much it has to come nearer, metres. */
const NEARER_M = 0.05;
const FULL = 127;

type Frame = Pick<WalkInput, "moveX" | "moveZ" | "buttons">;
const STILL: Frame = { moveX: 0, moveZ: 0, buttons: 0 };

/** What became of a way. */
export type WayEnd = "arrived" | "blocked" | undefined;

/**
 * The input frame by which an agent goes on to its goal: what a player's keys would give, so that it is as
 * fast as a player and stopped by the same walls. Ends the goal where it is reached, or cannot be.
 */
export function frameTo(
  agent: Agent,
  { x, z }: { readonly x: number; readonly z: number },
  { tick, dtS }: { readonly tick: number; readonly dtS: number },
): { frame: Frame; end: WayEnd } {
  const { goal } = agent;
  if (!goal) return { frame: STILL, end: undefined };
  const dx = goal.x - x;
  const dz = goal.z - z;
  const awayM = Math.sqrt(dx * dx + dz * dz);
  const end = awayM <= ARRIVED_M ? "arrived" : isBlocked(goal, awayM, tick, dtS) ? "blocked" : undefined;
  if (end) {
    agent.goal = null;
    return { frame: STILL, end };
  }
  const moveX = Math.round((FULL * dx) / awayM);
  const moveZ = Math.round((FULL * dz) / awayM);
  return { frame: { moveX, moveZ, buttons: goal.run ? BUTTON.run : 0 }, end };
}

function isBlocked(goal: Goal, awayM: number, tick: number, dtS: number): boolean {
  if (awayM < goal.bestM - NEARER_M) {
    goal.bestM = awayM;
    goal.bestTick = tick;
  }
  return (tick - goal.bestTick) * dtS >= BLOCKED_S;
}
