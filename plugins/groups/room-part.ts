import { type PluginRoom, pluginMessage, type RoomPart } from "roomkeep/rooms";
import { type Refusal, RoomkeepError, refuse } from "roomkeep/shared";
import { z } from "zod";
import type { OpenGroups } from "./groups.ts";

/** The part of the plugin in one room: hears what has changed elsewhere, and invites people of the room. */
export function groupPart(room: PluginRoom, groups: OpenGroups): RoomPart {
  return {
    // It may have been done in another process.
    onTold({ claim }, type, payload) {
      if (type === "changed") groups.changes.told(claim.sheet.accountId, payload);
    },
    messages: {
      invite: pluginMessage({
        // By the session id, which pages know; accounts are shown to nobody of the room.
        schema: z.strictObject({ group: z.uuid(), who: z.string().min(1).max(32) }),
        rate: { perSecond: 0.5, burst: 10 },
        receive: ({ claim }, { group, who }): Refusal | Promise<Refusal | undefined> => {
          const other = room.players.get(who);
          if (!other) return refuse("PLAYER_UNKNOWN");
          return orRefusal(
            groups.invite(claim.sheet.accountId, group.toLowerCase(), other.claim.sheet.accountId),
          );
        },
      }),
    },
  };
}

async function orRefusal(work: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof RoomkeepError) return refuse(error.code, error.message);
    throw error;
  }
}
