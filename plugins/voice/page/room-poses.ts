import type { AnyRoom } from "roomkeep/client";
import type { Pose } from "./sound.ts";

const HERE: Pose = { x: 0, y: 0, z: 0, yaw: 0 };

/**
 * Where a player stands. In a room without a world all are as near; in one with interest those who are not
 * sent are nowhere.
 */
export function poseIn({ state }: Pick<AnyRoom, "state">, sessionId: string): Pose | undefined {
  return state?.actors ? (state.actors.get(sessionId) as Pose | undefined) : HERE;
}

/** The name of a player of a room. */
export function nameIn({ state }: Pick<AnyRoom, "state">, sessionId: string): string {
  const avatar = state?.actors?.get(sessionId) as { name?: string } | undefined;
  return state?.seats?.get(sessionId)?.name ?? avatar?.name ?? "Somebody";
}
