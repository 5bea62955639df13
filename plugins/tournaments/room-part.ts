import type { PluginRoom, RoomPart } from "roomkeep/rooms";
import type { Tournaments } from "./api.ts";

/** The part of the plugin in one room: the room of a match is for its two, and notes that they have come. */
export function matchPart(room: PluginRoom, tournaments: Tournaments): RoomPart {
  if (!tournaments.cups.some(({ game, bracket }) => bracket && game === room.roomName)) return {};
  const { log } = tournaments.services;
  return {
    async load({ accountId, role, as }) {
      // Moderators look after any room, and viewers have no seat.
      if (role === "player" && as === undefined) await tournaments.admit(room.roomId, accountId);
    },
    onJoin(_player, { accountId }) {
      tournaments
        .entered(room.roomId, accountId)
        .catch((error: unknown) =>
          log.warn({ err: error, roomId: room.roomId }, "an entrant was not noted as here"),
        );
    },
    // Before anybody is there: by its new code the room is that of its match, and lets nobody else in.
    onMove: (successorId) => tournaments.moved(room.roomId, successorId),
  };
}
