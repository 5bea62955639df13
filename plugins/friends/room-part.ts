import { type PluginRoom, pluginMessage, type RoomPart, type RoomPlayer } from "roomkeep/rooms";
import { type Refusal, RoomkeepError, refuse } from "roomkeep/shared";
import { z } from "zod";
import type { Friends } from "./friends.ts";

/** Somebody of the room, by the session id, which pages know; accounts are shown to friends alone. */
const somebody = z.strictObject({ who: z.string().min(1).max(32) });

/** The part of the plugin in one room: obeys blocks, tells friends who comes, and answers messages. */
export function friendPart(room: PluginRoom, friends: Friends): RoomPart {
  const accountOf = ({ claim }: RoomPlayer) => claim.sheet.accountId;
  const withSomebody = (work: (me: string, other: string) => Promise<unknown>) => {
    return (player: RoomPlayer, { who }: { who: string }): Refusal | Promise<Refusal | undefined> => {
      const other = room.players.get(who);
      if (!other) return refuse("PLAYER_UNKNOWN");
      return orRefusal(work(accountOf(player), accountOf(other)));
    };
  };
  return {
    load: ({ accountId }) => friends.blocks.expect(accountId),
    onJoin(_player, { accountId }) {
      friends.blocks.joined(accountId);
      friends.presence.changed(accountId);
    },
    onLeave(player) {
      friends.blocks.left(accountOf(player));
      friends.presence.changed(accountOf(player));
    },
    hears: (listener, speaker) => !friends.hasBlocked(accountOf(listener), speaker),
    // It may have been done in another process.
    onTold: (player, type) => (type === "changed" ? friends.blocks.read(accountOf(player)) : undefined),
    messages: {
      request: pluginMessage({
        schema: somebody,
        rate: { perSecond: 0.5, burst: 10 },
        receive: withSomebody(friends.request),
      }),
      block: pluginMessage({
        schema: somebody,
        rate: { perSecond: 0.5, burst: 10 },
        receive: withSomebody(friends.block),
      }),
      invite: pluginMessage({
        schema: z.strictObject({ account: z.uuid() }),
        rate: { perSecond: 0.2, burst: 5, account: { most: 20, withinS: 60 } },
        receive: (player, { account }) =>
          orRefusal(friends.invite(accountOf(player), account.toLowerCase(), room.roomId)),
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
