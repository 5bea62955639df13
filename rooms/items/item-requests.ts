import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { type Carrier, type Refusal, refuse } from "../../shared/index.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { Player } from "../player.ts";
import type { Booked, Log } from "../ports/ports.ts";
import type { ApplyAnswer, Ask } from "../simulation/async-results.ts";
import type { BookingQueue } from "./booking-queue.ts";
import { showCarried } from "./carried-items.ts";

/** What a booking came to, with what its `book` added to the answer. */
export type Outcome<X = unknown> = (Booked & X) | Refusal;

/** Something that a room books, and what comes of it in the world. Every part may be left out but the booking. */
export interface ItemAction<A extends Carrier, M, N = undefined, X = unknown> {
  /**
   * Whether it may be done now. It may set aside what others could ask for too, such as a herb; `undone` gives it
   * back. Returns why not, or what is to be remembered until it is done, as JSON.
   */
  readonly check?: (player: Player<A>, message: M) => N | Refusal;
  /** Asks the ports; commits or changes nothing. Touches nothing of the world. */
  readonly book: (player: Player<A>, asked: { message: M; note: N; id: string }) => Promise<Outcome<X>>;
  /**
   * It is booked, and the avatar shows what it holds now. The world is changed here. Without a player who has left
   * meanwhile.
   */
  readonly done?: (player: Player<A> | undefined, asked: { message: M; note: N }, booked: Booked & X) => void;
  /** Nothing was booked. */
  readonly undone?: (player: Player<A> | undefined, asked: { message: M; note: N }, refusal: Refusal) => void;
}

/** What a room does about items. Made by `WorldRoom.useItems`. */
export interface ItemRequests<A extends Carrier> {
  /**
   * Registers a message that ends in a booking; its schema has a field `request`. The player is told "booked" or
   * "refused", and a repeated request gets its first answer and is done once.
   *
   * @example
   * desk.on("pick", z.strictObject({ request: requestId, id: z.string() }), {
   *   check: (player, { id }) => this.setAside(player, id),
   *   book: ({ claim }, { id }) => this.ports.items.grant(claim, id, "herb", 1, "picked"),
   *   undone: (_, { message }) => this.giveBack(message.id),
   * });
   */
  on<M extends { request: string }, N = undefined, X = unknown>(
    type: string,
    schema: z.ZodType<M>,
    deed: ItemAction<A, M, N, X>,
  ): void;
  /**
   * Registers what the room books by itself, e.g. what a kill leaves; returns how to do it. It is asked again until
   * the database answers, as long as the player is here.
   */
  order<M, N = undefined, X = unknown>(
    type: string,
    deed: ItemAction<A, M, N, X>,
  ): (player: Player<A>, message: M) => void;
}

/** What the desk needs of its room. */
export interface ItemHost<A extends Carrier> {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly inbox: MessageRouter<Player<A>>;
  readonly bookings: BookingQueue;
  readonly log: () => Log;
  onAnswer<About, T>(name: string, apply: ApplyAnswer<About, T>): Ask<About, T>;
}

/** What an answer is about: JSON, for a recording. */
interface About {
  readonly type: string;
  /** Session and character of who asked. */
  readonly who: string;
  readonly character: string;
  readonly message: unknown;
  readonly note: unknown;
  /** The request id, of a player's own request. */
  readonly request?: string;
  /** Its check said no, or its first answer did not come: there is nothing to undo. */
  readonly bare?: true;
}

type AnyDeed<A extends Carrier> = ItemAction<A, never, never, never>;

/** Waits between two looks at what came of a request that nobody answered, ms. */
const SETTLE_MS = 2_000;

const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "ok" in value && value.ok === false;

/**
 * Opens the desk at which a room books: what is asked is checked in the world, booked by the database, and then done
 * in the world, at the start of a tick and in the recording.
 */
export function openItemRequests<A extends Carrier>(host: ItemHost<A>): ItemRequests<A> {
  const { players, inbox, bookings } = host;
  const deeds = new Map<string, AnyDeed<A>>();

  const ask = host.onAnswer<About, Booked>("item", (answer, about) => {
    const { type, who, character, request } = about;
    const player = players.get(who);
    const deed = deeds.get(type) as ItemAction<A, unknown, unknown> | undefined;
    if (!answer.ok) {
      if (!about.bare) deed?.undone?.(player, about, answer);
      return answer;
    }
    if (player) showCarried(player.avatar, character, answer);
    if (!answer.repeated) deed?.done?.(player, about, answer);
    if (request !== undefined) player?.client.send("booked", { type, request });
  });

  function aboutOf({ sessionId, claim }: Player<A>, type: string, message: unknown, note: unknown) {
    return { type, who: sessionId, character: claim.sheet.id, message, note };
  }

  /** What nobody heard of is found out, so that state and database agree again. */
  function findOut(player: Player<A>, id: string, about: About): void {
    setTimeout(() => {
      if (players.get(about.who) !== player) return; // the next room reads what is held
      bookings.settle(player, id).then(
        (found) => {
          if (found === null) findOut(player, id, about);
          else if (found.ok) void ask({ ...about, bare: true }, async () => found);
        },
        (error) => host.log().warn({ err: error, id }, "what came of a request could not be found out"),
      );
    }, SETTLE_MS).unref();
  }

  return {
    on(type, schema, deed) {
      deeds.set(type, deed as unknown as AnyDeed<A>);
      inbox.on(type, schema, (player, message) => {
        const id = `ask:${message.request}`;
        const note = deed.check?.(player, message);
        const about = { ...aboutOf(player, type, message, note), request: message.request };
        if (isRefusal(note)) {
          return ask({ ...about, note: null, bare: true }, () => bookings.recall(player, id, note));
        }
        const call = () => deed.book(player, { message, note: note as never, id });
        return ask(about, async () => {
          const answer = await bookings.book([player], id, call);
          if (!answer.ok && answer.code === "DATABASE_UNAVAILABLE") findOut(player, id, about);
          return answer;
        });
      });
    },
    order(type, deed) {
      deeds.set(type, deed as unknown as AnyDeed<A>);
      return (player, message) => {
        const note = deed.check?.(player, message);
        if (isRefusal(note)) return;
        const id = `room:${randomUUID()}`;
        const call = () => deed.book(player, { message, note: note as never, id });
        const insists = () => players.get(player.sessionId) === player && !player.departure;
        void ask(aboutOf(player, type, message, note), () => bookings.book([player], id, call, insists));
      };
    },
  };
}

/** Refuses what the dead cannot do. */
export function living({ avatar }: { avatar: Carrier }): Refusal | undefined {
  return avatar.dead ? refuse("CHARACTER_DEAD", "You are dead: get up first.") : undefined;
}
