import { matchMaker } from "@colyseus/core";
import { orJoinError } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { Matchmaking } from "./bounded-joins.ts";

/** Colyseus's own limit of a question to another process, ms. */
const ANSWER_MS = Number(process.env.COLYSEUS_PRESENCE_SHORT_TIMEOUT || 2_000);

/** The part of a cluster's presence that tells who listens. */
interface Listening {
  listeners(topic: string): Promise<number>;
}

/**
 * Tells a room that is full from one whose process does not answer, which Colyseus calls full as well: a
 * killed process is on the list until it is known to be dead, a busy one answers too late. The next attempt
 * may find the room answering, or opened anew.
 *
 * @see `@colyseus/core` src/MatchMaker.ts, `reserveSeatFor` (0.18.17)
 */
export function nameSilence(ask: Matchmaking): Matchmaking {
  return async (method, name, options, context) => {
    const since = performance.now();
    try {
      return await ask(method, name, options, context);
    } catch (cause) {
      if (await isOfSilence(cause, since))
        return orJoinError(Promise.reject(new RoomkeepError("ROOM_SILENT")));
      throw cause;
    }
  };
}

/**
 * Whether a reservation failed since nobody answered for the room in time.
 *
 * @param since when it was asked, by `performance.now()`
 */
export async function isOfSilence(error: unknown, since: number): Promise<boolean> {
  const text = error instanceof Error ? error.message : "";
  if (/^process \S+ is not available/.test(text)) return true;
  const [, roomId] = /^(\S+) is already full\.$/.exec(text) ?? [];
  const presence = matchMaker.presence as unknown as Partial<Listening>;
  // A process alone answers for its own rooms.
  if (!roomId || !presence.listeners) return false;
  if ((await presence.listeners(`$${roomId}`)) === 0) return true;
  if (performance.now() - since < ANSWER_MS) return false;
  // Either it said no and the join was slow elsewhere, or it said nothing: the room itself knows.
  return !(await matchMaker.remoteRoomCall(roomId, "hasReachedMaxClients").catch(() => false));
}
