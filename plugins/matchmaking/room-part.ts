import type { PluginRoom, RoomPart } from "roomkeep/rooms";
import type { Matchmaking } from "./api.ts";

/** The part of the plugin in one room: seats of a match are for its players alone. */
export function matchPart(room: PluginRoom, matchmaking: Matchmaking): RoomPart {
  // Rooms of other games were opened for no match.
  if (!matchmaking.queues.some(({ game }) => game === room.roomName)) return {};
  const { log } = matchmaking.services;
  const noted = (work: Promise<unknown>, what: string) =>
    void work.catch((error: unknown) => log.warn({ err: error, roomId: room.roomId }, what));
  return {
    async load({ accountId, role, as }) {
      // Moderators look after any room, and viewers have no seat.
      if (role === "player" && as === undefined) await matchmaking.admit(room.roomId, accountId);
    },
    onJoin(_player, { accountId }) {
      noted(matchmaking.entered(room.roomId, accountId), "a player of a match was not noted as here");
    },
    onLeave({ claim }, ending) {
      // Of a process that dies the match is over, and a seat that was taken over is still somebody's.
      if (ending === "left" || ending === "banned" || ending === "signed-out")
        noted(matchmaking.exited(room.roomId, claim.sheet.accountId), "a free place was not noted");
    },
    // Before anybody is there: by its new code the room knows its match and lets nobody else in.
    onMove: (successorId) => matchmaking.moved(room.roomId, successorId),
  };
}
