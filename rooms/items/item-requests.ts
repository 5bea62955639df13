import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { type Carrier, type Refusal, refuse } from "../../shared/index.ts";
import type { CheatSignal } from "../cheat-detection/cheat-signals.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { Player } from "../player.ts";
import type { Booked, Log } from "../ports/ports.ts";
import { bindRequest } from "../ports/request-id.ts";
import type { ApplyAnswer, Ask } from "../simulation/async-results.ts";
import type { BookingQueue } from "./booking-queue.ts";
import { showCarried } from "./carried-items.ts";

/** The answer to a booking, with what its `book` added. */
export type Outcome<X = unknown> = (Booked & X) | Refusal;

/** An action that a room books, and its effect in the world. Only `book` is required. */
export interface ItemAction<A extends Carrier, M, N = undefined, X = unknown> {
  /**
   * Checks the request in the world. It may reserve what other players could request too, such as a herb;
   * `undone` gives that back. Returns a refusal, or a note for the other parts, as JSON.
   */
  readonly check?: (player: Player<A>, message: M) => N | Refusal;
  /** Calls the ports, which commit or change nothing. Does not touch the world. */
  readonly book: (player: Player<A>, request: { message: M; note: N; id: string }) => Promise<Outcome<X>>;
  /**
   * Changes the world: the request is booked, and the avatar shows its new items. `player` is undefined when
   * the player has left meanwhile.
   */
  readonly done?: (
    player: Player<A> | undefined,
    request: { message: M; note: N },
    booked: Booked & X,
  ) => void;
  /** Gives back what `check` reserved: nothing was booked. */
  readonly undone?: (
    player: Player<A> | undefined,
    request: { message: M; note: N },
    refusal: Refusal,
  ) => void;
}

/** The item requests of a room. Made by `WorldRoom.useItems`. */
export interface ItemRequests<A extends Carrier> {
  /**
   * Registers a message that ends in a booking; its schema has a field `request`. The player receives
   * "booked" or "refused". A repeated request gets its first answer, and its effect comes once.
   *
   * @example
   * requests.on("pick", z.strictObject({ request: requestId, id: z.string() }), {
   *   check: (player, { id }) => this.reserve(player, id),
   *   book: ({ claim }, { id }) => this.ports.items.grant(claim, id, "herb", 1, "picked"),
   *   undone: (_, { message }) => this.giveBack(message.id),
   * });
   */
  on<M extends { request: string }, N = undefined, X = unknown>(
    type: string,
    schema: z.ZodType<M>,
    action: ItemAction<A, M, N, X>,
  ): void;
  /**
   * Registers an action that the room books by itself, e.g. the drops of a kill; returns the function that
   * starts it. The booking is repeated until the database answers, as long as the player is in the room.
   */
  order<M, N = undefined, X = unknown>(
    type: string,
    action: ItemAction<A, M, N, X>,
  ): (player: Player<A>, message: M) => void;
}

/** The parts of a room that its item requests need. */
export interface ItemHost<A extends Carrier> {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly inbox: MessageRouter<Player<A>>;
  readonly bookings: BookingQueue;
  readonly log: () => Log;
  /** Counts an attempt against a player: see `GameRoom.suspect`. */
  suspect(player: Player<A>, signal: CheatSignal): void;
  onAnswer<About, T>(name: string, apply: ApplyAnswer<About, T>): Ask<About, T>;
}

/** The request that an answer belongs to. JSON: recordings hold it under these keys. */
interface About {
  readonly type: string;
  /** Session and character of the player. */
  readonly who: string;
  readonly character: string;
  readonly message: unknown;
  readonly note: unknown;
  /** Request id; undefined for an action of the room. */
  readonly request?: string;
  /** The check refused it, or its first answer was lost: there is nothing to undo. */
  readonly bare?: true;
}

type AnyAction<A extends Carrier> = ItemAction<A, never, never, never>;

/** Pause before the outcome of a request with a lost answer is looked up, and between two look-ups, ms. */
const RESOLVE_MS = 2_000;

const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "ok" in value && value.ok === false;

/**
 * Opens the item requests of a room: each is checked in the world, booked by the database, and then takes
 * effect in the world, at the start of a tick and in the recording.
 */
export function openItemRequests<A extends Carrier>(host: ItemHost<A>): ItemRequests<A> {
  const { players, inbox, bookings } = host;
  const actions = new Map<string, AnyAction<A>>();

  const ask = host.onAnswer<About, Booked>("item", (answer, about) => {
    const { type, who, character, request } = about;
    const player = players.get(who);
    const action = actions.get(type) as ItemAction<A, unknown, unknown> | undefined;
    if (!answer.ok) {
      if (!about.bare) action?.undone?.(player, about, answer);
      return answer;
    }
    if (player) showCarried(player.avatar, character, answer);
    if (!answer.repeated) action?.done?.(player, about, answer);
    // Nothing was booked for what the check has reserved now.
    else if (!about.bare) action?.undone?.(player, about, refuse("REQUEST_REUSED"));
    if (request !== undefined) player?.client.send("booked", { type, request });
  });

  function aboutOf({ sessionId, claim }: Player<A>, type: string, message: unknown, note: unknown) {
    return { type, who: sessionId, character: claim.sheet.id, message, note };
  }

  /** Looks up the outcome of a request with a lost answer, so that state and database agree again. */
  function resolveLater(player: Player<A>, id: string, about: About): void {
    setTimeout(() => {
      if (players.get(about.who) !== player) return; // the next room reads the items anew
      bookings.resolve(player, id).then(
        (outcome) => {
          if (outcome === null) resolveLater(player, id, about);
          else if (outcome.ok) void ask({ ...about, bare: true }, async () => outcome);
        },
        (error) => host.log().warn({ err: error, id }, "the outcome of a request could not be looked up"),
      );
    }, RESOLVE_MS).unref();
  }

  return {
    on(type, schema, action) {
      actions.set(type, action as unknown as AnyAction<A>);
      inbox.on(type, schema, (player, message) => {
        const { request, ...asked } = message;
        const id = bindRequest(`ask:${request}`, { type, ...asked });
        const note = action.check?.(player, message);
        const about = { ...aboutOf(player, type, message, note), request };
        if (isRefusal(note)) {
          return ask({ ...about, note: null, bare: true }, () => bookings.replay(player, id, note));
        }
        const call = () => action.book(player, { message, note: note as never, id });
        return ask(about, async () => {
          const answer = await bookings.book([player], id, call);
          if (!answer.ok && answer.code === "DATABASE_UNAVAILABLE") resolveLater(player, id, about);
          return answer;
        });
      });
    },
    order(type, action) {
      actions.set(type, action as unknown as AnyAction<A>);
      return (player, message) => {
        const note = action.check?.(player, message);
        if (isRefusal(note)) return;
        const id = `room:${randomUUID()}`;
        const call = () => action.book(player, { message, note: note as never, id });
        const isHere = () => players.get(player.sessionId) === player && !player.departure;
        void ask(aboutOf(player, type, message, note), () => bookings.book([player], id, call, isHere));
      };
    },
  };
}

/** Refuses a request of a dead player. */
export function living({ avatar }: { avatar: Carrier }): Refusal | undefined {
  return avatar.dead ? refuse("CHARACTER_DEAD", "You are dead: get up first.") : undefined;
}
