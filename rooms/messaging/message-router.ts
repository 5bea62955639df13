import type { Client, Room } from "@colyseus/core";
import type { z } from "zod";
import { type Avatar, type Refusal, refuse, roomMessages } from "../../shared/index.ts";
import type { Player } from "../player.ts";
import type { Log } from "../ports/ports.ts";
import type { Strikes } from "../transport/strikes.ts";
import { say } from "./chat.ts";
import { type MessageGuard, openMessageGuard, type RateLimit } from "./message-guard.ts";

/** What an action comes to: nothing, or a refusal that the player is told. */
// biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing, and need not say so
type Outcome = Refusal | void;

/**
 * What a player's message does. It may return the promise of an answer (see `WorldRoom.onAnswer`): a refusal is told
 * when it comes. An action that changes the world after an `await` of its own is not in a recording: a re-run differs.
 */
export type Action<A extends Avatar, T> = (player: Player<A>, message: T) => Outcome | Promise<Outcome>;

/** Where the messages of a room's players arrive. */
export interface MessageRouter<A extends Avatar> {
  /** See `WorldRoom.on`. */
  on<T>(type: string, schema: z.ZodType<T>, action: Action<A, T>): void;
  /** What moves nothing in the world, so that it is not recorded, and is answered during a journey too. */
  reply<T>(type: string, schema: z.ZodType<T>, action: Action<A, T>): void;
  /** The same for what takes a while, such as asking other processes: one after the other, a refusal is told later. */
  ask<T>(type: string, schema: z.ZodType<T>, action: Action<A, T>): void;
  /** Does what a message does, without asking whether it may: for a re-run of what was allowed. */
  act(player: Player<A>, type: string, message: unknown): void;
  /** A client has left for good: its rates are forgotten. */
  forget(client: Client): void;
}

/** What an inbox needs of its room. */
type Host<A extends Avatar> = Pick<Room, "onMessage" | "broadcast" | "clock"> & {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly strikes: Strikes;
};

/** How often a player may send what every room understands. */
const COMMON_RATES: Record<string, RateLimit> = {
  chat: { perSecond: 1, burst: 5 },
  whisper: { perSecond: 1, burst: 5 },
  "party.say": { perSecond: 1, burst: 5 },
  emote: { perSecond: 2, burst: 6 },
  siblings: { perSecond: 1, burst: 5 },
  "travel.sibling": { perSecond: 0.5, burst: 3 },
  "travel.back": { perSecond: 1, burst: 3 },
  "party.invite": { perSecond: 0.5, burst: 6 },
  command: { perSecond: 2, burst: 10 },
  complete: { perSecond: 10, burst: 20 },
  "trade.ask": { perSecond: 0.5, burst: 4 },
};

/**
 * Opens the inbox of a room: chat and emotes, what the game adds, and a refusal for all else. What does not fit its
 * schema or comes too often never reaches the action.
 */
export function openMessageRouter<A extends Avatar>(
  room: Host<A>,
  rates: Record<string, RateLimit>,
  onAllowed: (player: Player<A>, type: string, message: unknown) => void = () => {},
  log: () => Log | undefined = () => undefined,
): MessageRouter<A> {
  const actions = new Map<string, Action<A, unknown>>();
  const guard = openMessageGuard({ ...COMMON_RATES, ...rates }, () => room.clock.elapsedTime, room.strikes);
  let asked: Promise<unknown> = Promise.resolve();
  const failed = (type: string) => (error: unknown) => {
    log()?.error({ err: error, type }, "a message could not be answered");
    return refuse("ACTION_REFUSED", "That did not work. Try again in a moment.");
  };
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
      const outcome = verdict.ok ? answer(player, verdict.value) : verdict;
      const tell = (refusal: Outcome) => {
        if (refusal) guard.report(player.client, type, refusal, requestOf(payload));
        return refusal ?? { ok: true };
      };
      return outcome instanceof Promise ? outcome.catch(failed(type)).then(tell) : tell(outcome);
    });
  }
  const inbox: MessageRouter<A> = {
    on: (type, schema, action) => {
      actions.set(type, action as Action<A, unknown>);
      receive(type, schema, action, true);
    },
    reply: (type, schema, action) => receive(type, schema, action, false),
    ask: (type, schema, action) => {
      inbox.reply(type, schema, (player, message) => {
        const answer = asked.then(() => action(player, message));
        asked = answer.catch(() => {});
        return answer;
      });
    },
    act(player, type, message) {
      // Nobody is told in a re-run, and what was refused is refused again.
      void Promise.resolve(actions.get(type)?.(player, message)).catch(failed(type));
    },
    forget: (client) => guard.forget(client),
  };
  // Moves nothing, and is nobody's business in a recording.
  inbox.reply("chat", roomMessages.chat, (player, { text }) => say(room, player, text));
  inbox.on("emote", roomMessages.emote, (player, { emote }) => {
    player.avatar.emote = emote;
  });
  refuseUnknown(room, guard);
  return inbox;
}

/** The id that the client gave its request, so that it knows what was refused. */
function requestOf(payload: unknown): string | undefined {
  const request = typeof payload === "object" && payload !== null && "request" in payload && payload.request;
  return typeof request === "string" ? request.slice(0, 64) : undefined;
}

function refuseUnknown(room: Pick<Room, "onMessage">, guard: MessageGuard): void {
  room.onMessage("*", (client: Client, type: string | number) => {
    const name = String(type).slice(0, 32);
    guard.report(client, name, {
      ok: false,
      code: "MESSAGE_UNKNOWN",
      reason: `"${name}" is not known here.`,
    });
  });
}
