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
  /** Tells a player's page whom of the room it hides: what is replicated to all cannot be left out. */
  const tellHidden = (player: RoomPlayer) => {
    const blocker = accountOf(player);
    const sessions = [...room.players.values()]
      .filter((other) => friends.hasBlocked(blocker, accountOf(other)))
      .map(({ sessionId }) => sessionId);
    player.client.send("friends.hidden", { sessions });
  };
  return {
    load: ({ accountId }) => friends.blocks.expect(accountId),
    onJoin(_player, { accountId }) {
      friends.blocks.joined(accountId);
      for (const other of room.players.values())
        if (friends.hasBlocked(accountOf(other), accountId)) tellHidden(other);
      friends.presence.changed(accountId);
    },
    onLeave(player) {
      friends.blocks.left(accountOf(player));
      friends.presence.changed(accountOf(player));
    },
    onWatch: (accountId) => friends.blocks.joined(accountId),
    onUnwatch: (accountId) => friends.blocks.left(accountId),
    viewerHears: (listener, speaker) => !friends.hasBlocked(listener, speaker),
    hears: (listener, speaker) => !friends.hasBlocked(accountOf(listener), speaker),
    // It may have been done in another process.
    async onTold(player, type) {
      if (type !== "changed") return;
      await friends.blocks.read(accountOf(player));
      tellHidden(player);
    },
    messages: {
      // A page asks when it opens: one that was loaded anew has the same seat, and knows nothing of it.
      hidden: pluginMessage({
        schema: z.strictObject({}),
        rate: { perSecond: 0.5, burst: 10 },
        receive: tellHidden,
      }),
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
