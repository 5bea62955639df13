import type { Client } from "@colyseus/core";
import type { z } from "zod";
import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import type { RoomPlayer } from "../player.ts";
import type { AccountLimit, Log } from "../ports/ports.ts";
import { ofPlayer } from "../simulation/faults.ts";
import type { Strikes } from "../transport/strikes.ts";
import type { Channel } from "./channel.ts";
import { type MessageGuard, openMessageGuard } from "./message-guard.ts";
import { COUNTED_BY_ACCOUNT, MESSAGE_RATE_LIMITS, type RateLimit } from "./rate-limit.ts";

/** The outcome of an action: nothing, or a refusal that the player gets. */
// biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing, and need not say so
type Outcome = Refusal | void;

/**
 * The effect of a player's message. It may return the promise of an answer (see `WorldRoom.onAnswer`): a
 * refusal is sent when it comes. An action that changes the world after an `await` of its own is not in a
 * recording: a re-run differs.
 */
export type Action<P extends RoomPlayer, T> = (player: P, message: T) => Outcome | Promise<Outcome>;

/** The messages of a room's players, by type. */
export interface MessageRouter<P extends RoomPlayer> {
  /** See `GameRoom.on`. */
  on<T>(type: string, schema: z.ZodType<T>, action: Action<P, T>): void;
  /**
   * Registers a message that moves nothing in the world: it is not recorded, and is answered during a
   * hand-over too.
   */
  reply<T>(type: string, schema: z.ZodType<T>, action: Action<P, T>): void;
  /**
   * As {@link reply}, for an action that waits, such as for other processes: those of one player run one
   * after the other, and a refusal is sent later.
   */
  ask<T>(type: string, schema: z.ZodType<T>, action: Action<P, T>): void;
  /** Runs the action of a message without its checks: for a re-run of a recorded one. */
  act(player: P, type: string, message: unknown): void;
  /** Takes a message of a player who has no connection, such as a bot, through all checks. */
  take(player: P, type: string, payload: unknown): void;
  /** A client has left for good: its rate limits are forgotten. */
  forget(client: Client): void;
}

/** The network of a message router: a Colyseus room, or one without clients in a re-run. */
export interface MessageNetwork {
  onMessage(type: string, receive: (client: Client, payload: unknown) => unknown): unknown;
  broadcast(type: string, message: unknown, options?: { except?: Client[] }): unknown;
  /** The room's time, ms. */
  readonly clock: { readonly elapsedTime: number };
}

/** The part of a room that its message router uses. */
export interface MessageRouterHost<P extends RoomPlayer> {
  readonly network: MessageNetwork;
  readonly players: ReadonlyMap<string, P>;
  /** A message of a client that is no player, such as a spectator. @returns what a request is answered */
  viewer?(client: Client, type: string, payload: unknown): unknown;
  /** Rate limits by message type; they add to those of every room. */
  readonly rates: Record<string, RateLimit>;
  /** Types of every room that the game has closed. */
  readonly closed: readonly Channel[];
  readonly log: Log;
  /** Counts malformed messages; one count a client, with its malformed frames. */
  readonly strikes: Strikes;
  /** Notes a message that was allowed and may move the world. */
  record(player: P, type: string, message: unknown): void;
  /** The reason why no message of a player may move the world now; undefined: it may. */
  refusal(player: P): Refusal | undefined;
  /** Counts a line of an account. Undefined: it may be said. */
  countLine(player: P): Promise<Refusal | undefined>;
  /** Counts a message of an account whose type has a limit of its own. Undefined: it may be sent. */
  countByAccount(player: P, type: string, limit: AccountLimit): Promise<Refusal | undefined>;
  /** Told of each message of a player, whatever becomes of it. */
  heard(player: P): void;
  /** What the answer to a message that may have moved the world waits for; undefined: nothing. */
  saved(): Promise<void> | undefined;
  /** Told of each refusal that a player gets. */
  refused(player: P, code: Refusal["code"]): void;
  /** Messages that one of the player counts for: more than 1 for a player who is slowed. */
  weight(player: P): number;
}

/**
 * Opens the messages of a room: registered types, and a refusal for all others. A payload that does not fit
 * its schema or comes too often never reaches the action.
 */
export function openMessageRouter<P extends RoomPlayer>(host: MessageRouterHost<P>): MessageRouter<P> {
  const { network, players, strikes } = host;
  const actions = new Map<string, Action<P, unknown>>();
  const takers = new Map<string, (player: P, payload: unknown) => unknown>();
  const closed = new Set<string>(host.closed);
  const rates: Readonly<Record<string, RateLimit>> = { ...MESSAGE_RATE_LIMITS, ...host.rates };
  const guard = openMessageGuard(rates, () => network.clock.elapsedTime, strikes);
  let asked: Promise<unknown> = Promise.resolve();
  const failed = (type: string, player?: P) => (error: unknown) => {
    host.log.error({ err: error, type, player: player?.sessionId }, "a message could not be answered");
    return refuse("ACTION_REFUSED", "That did not work. Try again in a moment.");
  };
  /**
   * @param options.moves the message may move the world: it is recorded, and refused while the host refuses
   */
  function receive<T>(
    type: string,
    schema: z.ZodType<T>,
    action: Action<P, T>,
    { moves }: { moves: boolean },
  ): void {
    if (takers.has(type)) throw taken(type);
    const take = (player: P, payload: unknown) => {
      const verdict = guard.check(player.client, type, schema, payload, host.weight(player));
      const act = (message: T): Outcome | Promise<Outcome> => {
        const refused = refusalOf(player, type, moves);
        if (refused) return refused;
        if (moves) host.record(player, type, message);
        return action(player, message);
      };
      // Recorded and done in one go, once it is counted: a re-run has no count to wait for.
      const actOnceCounted = (message: T): Outcome | Promise<Outcome> => {
        const counted = refusalOf(player, type, moves) ? undefined : countOf(player, type);
        if (counted === undefined) return act(message);
        const isHere = () => players.get(player.sessionId) === player;
        return counted.then((over) => over ?? (isHere() ? act(message) : undefined));
      };
      const outcome = verdict.ok ? actOnceCounted(verdict.value) : verdict;
      const tell = (refusal: Outcome) => {
        if (refusal) {
          guard.report(player.client, type, refusal, requestOf(payload));
          host.refused(player, refusal.code);
        }
        const saved = refusal || !moves ? undefined : host.saved();
        return saved ? saved.then(() => ({ ok: true })) : (refusal ?? { ok: true });
      };
      return outcome instanceof Promise ? outcome.catch(failed(type, player)).then(tell) : tell(outcome);
    };
    takers.set(type, take);
    network.onMessage(type, (client, payload) => {
      const player = players.get(client.sessionId);
      if (!player) return host.viewer?.(client, type, payload);
      host.heard(player);
      try {
        return take(player, payload);
      } catch (error) {
        throw ofPlayer(error, player.sessionId);
      }
    });
  }
  /** The count by account of a message; undefined where it has none, and for a bot, which has no account. */
  function countOf(player: P, type: string): Promise<Refusal | undefined> | undefined {
    if (players.get(player.sessionId) !== player) return undefined;
    const limit = rates[type]?.account;
    if (limit !== undefined) return host.countByAccount(player, type, limit);
    return COUNTED_BY_ACCOUNT.has(type) ? host.countLine(player) : undefined;
  }
  const refusalOf = (player: P, type: string, moves: boolean) => {
    if (closed.has(type)) return refuse("CHANNEL_CLOSED");
    // What is counted by account is what players say.
    if (COUNTED_BY_ACCOUNT.has(type) && player.mutedUntilMs > Date.now()) return refuse("MUTED");
    return moves ? host.refusal(player) : undefined;
  };
  const router: MessageRouter<P> = {
    on: (type, schema, action) => {
      actions.set(type, action as Action<P, unknown>);
      receive(type, schema, action, { moves: true });
    },
    reply: (type, schema, action) => receive(type, schema, action, { moves: false }),
    ask: (type, schema, action) => {
      router.reply(type, schema, (player, message) => {
        const answer = asked.then(() => action(player, message));
        asked = answer.catch(() => {});
        return answer;
      });
    },
    act(player, type, message) {
      // A re-run sends nothing, and refuses again what was refused.
      void Promise.resolve(actions.get(type)?.(player, message)).catch(failed(type));
    },
    take(player, type, payload) {
      const take = takers.get(type);
      if (!take) throw new TypeError(`No message "${type}" is known here.`);
      take(player, payload);
    },
    forget: (client) => guard.forget(client),
  };
  refuseUnknown(network, guard);
  return router;
}

/**
 * Looks at what a room registered past the router too, by Colyseus's `messages` and `onMessage`.
 *
 * @throws MESSAGE_TAKEN
 */
export function refuseTakenTypes(events: Readonly<Record<string, unknown>>): void {
  for (const [type, actions] of Object.entries(events))
    if (Array.isArray(actions) && actions.length > 1) throw taken(type);
}

/** Colyseus would run both actions: what one of them hides, the other would tell. */
function taken(type: string): RoomkeepError {
  const text = `The message "${type}" is registered already. Choose another type; for chat there is onChat.`;
  return new RoomkeepError("MESSAGE_TAKEN", text);
}

/** The id that the client gave its request, so that it knows what was refused. */
function requestOf(payload: unknown): string | undefined {
  const request = typeof payload === "object" && payload !== null && "request" in payload && payload.request;
  return typeof request === "string" ? request.slice(0, 64) : undefined;
}

function refuseUnknown(network: MessageNetwork, guard: MessageGuard): void {
  network.onMessage("*", (client, type) => {
    const name = String(type).slice(0, 32);
    guard.report(client, name, {
      ok: false,
      code: "MESSAGE_UNKNOWN",
      reason: `"${name}" is not known here.`,
    });
  });
}
