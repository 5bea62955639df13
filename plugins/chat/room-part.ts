import { type PluginRoom, pluginMessage, type RoomPart, type RoomPlayer } from "roomkeep/rooms";
import { type Refusal, RoomkeepError, refuse } from "roomkeep/shared";
import { z } from "zod";
import type { Chat } from "./chat.ts";
import { type ChannelName, keyOf } from "./kind.ts";
import type { Seat } from "./live/seats.ts";
import { lineText } from "./text.ts";

/** Channels that one seat follows at most. */
const FOLLOWED_MAX = 20;

const channel = { kind: z.string().min(1).max(32), id: z.string().min(1).max(80) };
const number = z.int().min(0);

/** A seat with what it follows, by the address that its client knows. */
interface OpenSeat extends Seat {
  readonly followed: Map<string, ChannelName>;
  isGone: boolean;
}

/** The part of the plugin in one room: lines come and go by its messages. */
export function chatPart(room: PluginRoom, chat: Chat): RoomPart {
  const seats = new Map<string, OpenSeat>();

  function seatOf(player: RoomPlayer): OpenSeat {
    const known = seats.get(player.sessionId);
    if (known) return known;
    const followed = new Map<string, ChannelName>();
    const seat: OpenSeat = {
      accountId: player.claim.sheet.accountId,
      followed,
      isGone: false,
      isConnected: () => !player.hold,
      hears: (speaker) => room.hears?.(player, speaker) ?? true,
      send: (news) => player.client.send("chat.lines", news),
      news: (news) => player.client.send("chat.news", news),
      ended({ kind, id }) {
        const address = addressOf(kind, id);
        followed.delete(keyOf({ kind, id: address }));
        player.client.send("chat.closed", { kind, id: address });
      },
    };
    const addressOf = (kind: string, id: string) =>
      chat.kinds.get(kind)?.addressOf?.(seat.accountId, id) ?? id;
    seats.set(player.sessionId, seat);
    chat.seats.add(seat);
    return seat;
  }

  async function follow(player: RoomPlayer, address: ChannelName, after: number | undefined): Promise<void> {
    const seat = seatOf(player);
    const key = keyOf(address);
    if (!seat.followed.has(key) && seat.followed.size >= FOLLOWED_MAX)
      throw new RoomkeepError("ACTION_REFUSED", `A player follows at most ${FOLLOWED_MAX} channels.`);
    // Counted before the answer, so that many at once are no more than that.
    seat.followed.set(key, seat.followed.get(key) ?? address);
    try {
      const { kind, name } = await chat.open(seat.accountId, address);
      if (seat.followed.has(key)) seat.followed.set(key, name);
      await chat.feeds.follow(kind, name, seat, {
        after,
        isHere: () => !seat.isGone && seat.followed.has(key),
      });
    } catch (error) {
      const name = seat.followed.get(key);
      seat.followed.delete(key);
      if (name) chat.feeds.unfollow(name, seat);
      throw error;
    }
  }

  return {
    onJoin: (player) => void seatOf(player),
    onLeave(player) {
      const seat = seats.get(player.sessionId);
      if (!seat) return;
      seat.isGone = true;
      for (const name of seat.followed.values()) chat.feeds.unfollow(name, seat);
      seats.delete(player.sessionId);
      chat.seats.remove(seat);
    },
    messages: {
      follow: pluginMessage({
        schema: z.strictObject({ ...channel, after: number.optional() }),
        rate: { perSecond: 2, burst: 2 * FOLLOWED_MAX },
        receive: (player, { after, ...address }) => orRefusal(follow(player, address, after)),
      }),
      unfollow: pluginMessage({
        schema: z.strictObject(channel),
        rate: { perSecond: 2, burst: 20 },
        receive(player, address) {
          const seat = seatOf(player);
          const name = seat.followed.get(keyOf(address));
          seat.followed.delete(keyOf(address));
          if (name) chat.feeds.unfollow(name, seat);
        },
      }),
      write: pluginMessage({
        schema: z.strictObject({ ...channel, text: lineText(chat.settings.lineMax), request: z.uuid() }),
        rate: { perSecond: 1, burst: 5 },
        receive: (player, { text, request, ...address }) =>
          orRefusal(
            (async () => {
              const { accountId, id: characterId, name } = player.claim.sheet;
              const from = { speaker: { characterId, name }, address: player.address };
              const written = await chat.write(accountId, address, { text, request }, from);
              player.client.send("chat.written", { ...address, request, ...written });
            })(),
          ),
      }),
      read: pluginMessage({
        schema: z.strictObject({ ...channel, n: number }),
        rate: { perSecond: 2, burst: 10 },
        receive: (player, { n, ...address }) =>
          orRefusal(chat.markRead(player.claim.sheet.accountId, address, n)),
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
