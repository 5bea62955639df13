import type { Client, Room } from "@colyseus/core";
import type { z } from "zod";
import { type Avatar, type Refusal, refuse, roomMessages } from "../shared/index.ts";
import { say } from "./chat.ts";
import { type Guard, openGuard, type Rate } from "./guard.ts";
import type { Player } from "./player.ts";
import type { Log } from "./ports.ts";

/** What a player's message does: nothing, or a refusal that the player is told. */
// biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing, and need not say so
export type Action<A extends Avatar, T> = (player: Player<A>, message: T) => Refusal | void;

/** A {@link Action} that takes a while. */
export type Question<A extends Avatar, T> = (player: Player<A>, message: T) => Promise<Refusal | undefined>;

/** Where the messages of a room's players arrive. */
export interface Inbox<A extends Avatar> {
  /** See `WorldRoom.on`. */
  on<T>(type: string, schema: z.ZodType<T>, action: Action<A, T>): void;
  /** What moves nothing in the world, so that it is not recorded, and is answered during a journey too. */
  reply<T>(type: string, schema: z.ZodType<T>, action: Action<A, T>): void;
  /** The same for what takes a while, such as asking other processes: one after the other, a refusal is told later. */
  ask<T>(type: string, schema: z.ZodType<T>, action: Question<A, T>): void;
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
  "travel.back": { perSecond: 1, burst: 3 },
  "party.invite": { perSecond: 0.5, burst: 6 },
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
  log: () => Log | undefined = () => undefined,
): Inbox<A> {
  const actions = new Map<string, Action<A, unknown>>();
  const guard = openGuard({ ...COMMON_RATES, ...rates }, () => room.clock.elapsedTime);
  let asked = Promise.resolve();
  /** @param moves the message may move the world: it is recorded, and refused to who is on a journey */
  function receive<T>(type: string, schema: z.ZodType<T>, action: Action<A, T>, moves: boolean): void {
    room.onMessage(type, (client: Client, payload: unknown) => {
      const player = room.players.get(client.sessionId);
      if (!player) return;
      const verdict = guard.check(client, type, schema, payload);
      // What a room changes of somebody who has been handed over would be lost.
      const isGone = moves && player.departure !== undefined;
      if (verdict.ok && moves && !isGone) onAllowed(player, type, verdict.value);
      const answer = isGone ? () => refuse("TRAVELLING") : action;
      const refusal = verdict.ok ? answer(player, verdict.value) : verdict;
      if (refusal) guard.report(client, type, refusal);
      return refusal ?? { ok: true };
    });
  }
  const inbox: Inbox<A> = {
    on: (type, schema, action) => {
      actions.set(type, action as Action<A, unknown>);
      receive(type, schema, action, true);
    },
    reply: (type, schema, action) => receive(type, schema, action, false),
    ask: (type, schema, action) => {
      inbox.reply(type, schema, (player, message) => {
        asked = asked
          .then(() => action(player, message))
          .catch((error) => {
            log()?.error({ err: error, type }, "a message could not be answered");
            return refuse("ACTION_REFUSED", "That did not work. Try again in a moment.");
          })
          .then((refusal) => refusal && guard.report(player.client, type, refusal));
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
