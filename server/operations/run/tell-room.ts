import { matchMaker } from "@colyseus/core";
import type { OperationContext } from "../operation.ts";

/** Longest wait for a room, ms. */
const ANSWER_MS = 5_000;

/**
 * Tells the room that has a character what was changed in the database, once it is there. A room that has
 * closed, or a command that no server carries out, tells nobody: the next room reads it anew.
 */
export function tellRoom(
  { services, after }: Pick<OperationContext, "services" | "after">,
  roomId: string | null,
  method: "renameCharacter" | "itemsBooked",
  values: readonly unknown[],
): void {
  if (roomId === null || services === undefined) return;
  after(() => matchMaker.remoteRoomCall(roomId, method as never, [...values], ANSWER_MS));
}
