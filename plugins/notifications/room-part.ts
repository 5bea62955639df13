import type { RoomPart } from "roomkeep/rooms";
import type { Notifications } from "./api.ts";

/** The part of the plugin in one room: it knows who is here, for what goes to all. */
export function notificationPart({ joined, left }: Notifications): RoomPart {
  return {
    onJoin: ({ claim }) => joined(claim.sheet.accountId),
    onLeave: ({ claim }) => left(claim.sheet.accountId),
  };
}
