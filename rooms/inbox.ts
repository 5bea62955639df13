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
  /** Does what a message does, without asking whether it may: for a re-run of what was allowed. */
  act(player: Player<A>, type: string, message: unknown): void;
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
  command: { perSecond: 2, burst: 10 },
  complete: { perSecond: 10, burst: 20 },
};

/**
 * Opens the inbox of a room: chat and emotes, what the game adds, and a refusal for all else. What does not fit its
 * schema or comes too often never reaches the action.
 */
export function openInbox<A extends Avatar>(
  room: Host<A>,
  rates: Record<string, Rate>,
  onAllowed: (player: Player<A>, type: string, message: unknown) => void = () => {},
): Inbox<A> {
  const actions = new Map<string, Action<A, unknown>>();
  const guard = openGuard({ ...COMMON_RATES, ...rates }, () => room.clock.elapsedTime);
  const inbox: Inbox<A> = {
    on: (type, schema, action) => {
      actions.set(type, action as Action<A, unknown>);
      room.onMessage(type, (client: Client, payload: unknown) => {
        const player = room.players.get(client.sessionId);
        if (!player) return;
        const verdict = guard.check(client, type, schema, payload);
        if (verdict.ok) onAllowed(player, type, verdict.value);
        const refusal = verdict.ok ? action(player, verdict.value) : verdict;
        if (refusal) guard.report(client, type, refusal);
        return refusal ?? { ok: true };
      });
    },
    act: (player, type, message) => void actions.get(type)?.(player, message),
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
