import { type Carrier, type Refusal, refuse } from "../../shared/index.ts";
import { itemMessages } from "../../shared/internal.ts";
import type { Player } from "../player.ts";
import type { Amount, Booked, ItemPort } from "../ports/ports.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { type BookingQueue, openBookingQueue } from "./booking-queue.ts";
import { type GroundItems, type GroundPlace, openGroundItems } from "./ground-items.ts";
import { type ItemUse, registerItemMessages } from "./item-messages.ts";
import { type ItemHost, type ItemRequests, openItemRequests } from "./item-requests.ts";
import { openTrades, type Trades } from "./trade.ts";

/** What a game says of items in its room. Each has a default. */
export interface ItemOptions<A extends Carrier = Carrier> {
  /** How far one reaches to take something and to a shop, metres. Default 2.6 */
  reachM?: number;
  /** Who is farther apart than this does not trade, metres. Default 5 */
  tradeM?: number;
  /** Seconds that a drop lies on the ground before it is cleared away; 0: for good. Piles stay. Default 300 */
  dropS?: number;
  /** Seconds until anybody may take from the pile of somebody who died. Default 120 */
  pileS?: number;
  /** What using one of a kind does, by template. What is not named here cannot be used by `item.use`. */
  uses?: Readonly<Record<string, ItemUse<A>>>;
  /**
   * What a character is given when it comes for the first time, booked once for each `request`. Undefined: nothing,
   * which also saves asking for it.
   */
  first?: (player: Player<A>) => { request: string; items: readonly Amount[] } | undefined;
  /** The avatar shows what its character holds, and whether it is dead. `packed`: all of `first` has been booked. */
  entered?: (player: Player<A>, packed: boolean) => void;
  /** The player gets up from a death: put the avatar where it wakes. */
  revived?: (player: Player<A>) => void;
}

/** Items of a room, as its game uses them. See `WorldRoom.useItems`. */
export interface RoomItems<A extends Carrier = Carrier> extends ItemRequests<A> {
  /**
   * The avatar dies, at once: all that its character carries lies in one pile where it stands, as soon as that is
   * booked. Again and again is the same death, also in another room. Only in a room with a `zone`.
   */
  die(player: Player<A>): void;
  /** Lays what an answer says has come onto the ground of the zone, e.g. what a kill has left, within reach. */
  lay(booked: Pick<Booked, "stacks">, at: GroundPlace): void;
}

/** What the room itself calls. */
export interface RoomItemsInside<A extends Carrier> extends RoomItems<A> {
  enter(player: Player<A>): void;
  /** Somebody leaves, or lost the connection. */
  exit(player: Player<A>): void;
  tend(): void;
}

/** What {@link openRoomItems} needs of its room. */
export interface RoomItemsHost<A extends Carrier> extends Omit<ItemHost<A>, "bookings"> {
  readonly simulation: Simulation;
  readonly items: () => ItemPort;
  /** Where things lie; undefined: nothing can be left here, and nobody dies. */
  readonly zone: string | undefined;
}

/** Opens all that a room does about items: bags, the ground, shops, trades, deaths. */
export function openRoomItems<A extends Carrier>(
  host: RoomItemsHost<A>,
  options: ItemOptions<A> = {},
): RoomItemsInside<A> {
  const { reachM = 2.6, tradeM = 5, dropS = 300, pileS = 120, uses = {} } = options;
  const { zone, simulation, items, players, inbox } = host;
  const onAnswer: typeof host.onAnswer = (name, apply) => host.onAnswer(name, apply);
  const bookings: BookingQueue = openBookingQueue(items);
  const desk = openItemRequests<A>({ players, inbox, bookings, log: host.log, onAnswer });
  const lying: GroundItems | undefined =
    zone === undefined
      ? undefined
      : openGroundItems<A>({ zone, simulation, players, items, desk, onAnswer, reachM, dropS, pileS });
  const trades: Trades<A> = openTrades<A>({
    players,
    inbox,
    items,
    bookings,
    onAnswer,
    reachM: tradeM,
  });
  const ground = zone !== undefined && lying ? { zone, lying } : undefined;
  registerItemMessages<A>({ simulation, items, desk, ground, reachM, uses });

  type First = { request: string; items: readonly Amount[] } | undefined;
  const enter = desk.order<null, First, { dead: boolean; packed: boolean }>("enter", {
    check: (player) => options.first?.(player),
    async book({ claim }, { note }) {
      let packed = note !== undefined;
      for (const { template, qty } of note?.items ?? []) {
        const { ok } = await items().grant(
          claim,
          `${note?.request}:${template}`,
          template,
          qty,
          "first pack",
        );
        packed &&= ok;
      }
      const dead = (await items().death(claim)) !== null;
      return { ...(await items().look(claim)), dead, packed };
    },
    done(player, _, { dead, packed }) {
      if (!player) return;
      if (dead) player.avatar.dead = true;
      options.entered?.(player, packed);
    },
  });

  const lie = desk.order<GroundPlace, { owner: string; name: string }>("die", {
    check: ({ claim: { sheet } }) => ({ owner: sheet.id, name: sheet.name }),
    book: ({ claim }, { id }) => items().die(claim, id, zone ?? ""),
    done(_, { message: at, note }, { stacks }) {
      const container = stacks.find((stack) => stack.container.startsWith("pile:"))?.container;
      if (container !== undefined) lying?.layPile({ container, ...note }, at);
    },
  });

  desk.on("revive", itemMessages.revive, {
    check: ({ avatar }): Refusal | undefined =>
      avatar.dead ? undefined : refuse("ACTION_REFUSED", "You are alive."),
    book: ({ claim }, { id }) => items().revive(claim, id),
    done(player) {
      if (!player) return;
      player.avatar.dead = false;
      options.revived?.(player);
    },
  });

  return {
    ...desk,
    enter: (player) => enter(player, null),
    exit: (player) => trades.exit(player),
    lay: (booked, at) => lying?.lay(booked, at),
    die(player) {
      const { avatar } = player;
      if (avatar.dead || !lying) return;
      avatar.dead = true;
      const { x, y, z } = avatar;
      lie(player, { x, y, z });
    },
    tend() {
      lying?.tend();
      if (simulation.tick % 10 === 0) trades.tend();
    },
  };
}
