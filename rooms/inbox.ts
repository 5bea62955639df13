import type { Client, Room } from "@colyseus/core";
import type { z } from "zod";
import { type Avatar, type Refusal, roomMessages } from "../shared/index.ts";
import { say } from "./chat.ts";
import { type Guard, openGuard, type Rate } from "./guard.ts";
import type { Player } from "./player.ts";

/** What a player's message does: nothing, or a refusal that the player is told. */
// biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing, and need not say so
export type Action<A extends Avatar, T> = (player: Player<A>, message: T) => Refusal | void;

/** Where the messages of a room's players arrive. */
export interface Inbox<A extends Avatar> {
  /** See `WorldRoom.on`. */
  on<T>(type: string, schema: z.ZodType<T>, action: Action<A, T>): void;
  /** A client has left for good: its rates and strikes are forgotten. */
  forget(client: Client): void;
}

/** What an inbox needs of its room. */
type Host<A extends Avatar> = Pick<Room, "onMessage" | "broadcast" | "clock"> & {
  readonly players: ReadonlyMap<string, Player<A>>;
};

/** How often a player may send what every room understands. */
const COMMON_RATES: Record<string, Rate> = {
  chat: { perSecond: 1, burst: 5 },
  emote: { perSecond: 2, burst: 6 },
};

/**
 * Opens the inbox of a room: chat and emotes, what the game adds, and a refusal for all else. What does not fit its
 * schema or comes too often never reaches the action.
 */
export function openInbox<A extends Avatar>(room: Host<A>, rates: Record<string, Rate>): Inbox<A> {
  const guard = openGuard({ ...COMMON_RATES, ...rates }, () => room.clock.elapsedTime);
  const inbox: Inbox<A> = {
    on: (type, schema, action) => {
      room.onMessage(type, (client: Client, payload: unknown) => {
        const player = room.players.get(client.sessionId);
        if (!player) return;
        const verdict = guard.check(client, type, schema, payload);
        const refusal = verdict.ok ? action(player, verdict.value) : verdict;
        if (refusal) guard.report(client, type, refusal);
        return refusal ?? { ok: true };
      });
    },
    forget: (client) => guard.forget(client),
  };
  inbox.on("chat", roomMessages.chat, (player, { text }) => say(room, player, text));
  inbox.on("emote", roomMessages.emote, (player, { emote }) => {
    player.avatar.emote = emote;
  });
  refuseUnknown(room, guard);
  return inbox;
}

function refuseUnknown(room: Pick<Room, "onMessage">, guard: Guard): void {
  room.onMessage("*", (client: Client, type: string | number) => {
    const name = String(type).slice(0, 32);
    guard.report(client, name, {
      ok: false,
      code: "MESSAGE_UNKNOWN",
      reason: `"${name}" is not known here.`,
    });
  });
}
