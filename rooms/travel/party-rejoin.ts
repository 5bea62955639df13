import { matchMaker } from "@colyseus/core";
import type { Party } from "./party-store.ts";

/**
 * Where somebody finds their party again who has just joined anew, or undefined when they may stay. Only those are sent
 * after their party who were in a room with one of them and did not leave it themselves: their process died or stood
 * still. The room with most of the party is the one; the leader's, where there are several.
 *
 * @param party as it was kept before they joined
 * @param roomId where they are now
 */
export async function rejoinParty(
  party: Party,
  characterId: string,
  roomId: string,
): Promise<string | undefined> {
  const me = party.members.get(characterId);
  if (me?.lostAt !== 0 || me.roomId === roomId) return undefined;
  const rooms = new Map<string, number>();
  for (const [id, { roomId: room, lostAt }] of party.members) {
    if (id === characterId || lostAt !== 0) continue;
    rooms.set(room, (rooms.get(room) ?? 0) + (id === party.lead ? 1.5 : 1));
  }
  // A room that is still open is one that nobody was thrown out of.
  const open = await matchMaker.findRoomsByIds([...rooms.keys(), me.roomId]);
  if (open.has(me.roomId)) return undefined;
  const [best] = [...rooms].filter(([room]) => open.has(room)).sort(([, a], [, b]) => b - a);
  return best && best[0] !== roomId ? best[0] : undefined;
}
