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
import type { Trade } from "./trade-table.ts";

/** Items of a room, as its game configures them. Each setting has a default. */
export interface ItemOptions<A extends Carrier = Carrier> {
  /** How far a player reaches to take an item and to a shop, metres. Default 2.6 */
  reachM?: number;
  /** Greatest distance between two players who trade, metres. Default 5 */
  tradeM?: number;
  /** Seconds that a drop lies on the ground before it is removed; 0: for good. Piles stay. Default 300 */
  dropS?: number;
  /** Seconds until every player may take from the pile of a dead one. Default 120 */
  pileS?: number;
  /** Effects of using an item, by template. `item.use` refuses every other template. */
  uses?: Readonly<Record<string, ItemUse<A>>>;
  /** The first items of a character, booked once for each `request`. Undefined: none, which saves a query. */
  first?: (player: Player<A>) => { request: string; items: readonly Amount[] } | undefined;
  /**
   * Called when the avatar shows its items and whether it is dead. `packed`: all of `first` has been booked.
   */
  entered?: (player: Player<A>, packed: boolean) => void;
  /** Called when the player revives: put the avatar where it wakes. */
  revived?: (player: Player<A>) => void;
}

/** Items of a room, for its game. See `WorldRoom.useItems`. */
export interface RoomItems<A extends Carrier = Carrier> extends ItemRequests<A> {
  /**
   * Lets the avatar die, at once: everything that its character carries goes into one pile at its place, as
   * soon as that is booked. A second call is the same death, also in another room. Only in a room with a
   * `zone`.
   */
  die(player: Player<A>): void;
  /** Adds drops for the stacks that an answer has moved onto the ground of the zone, e.g. those of a kill. */
  lay(booked: Pick<Booked, "stacks">, at: GroundPlace): void;
}

/** Items of a room, for the room itself. */
export interface RoomItemsInternal<A extends Carrier> extends RoomItems<A> {
  enter(player: Player<A>): void;
  /** An operator has booked something: the avatar shows it. */
  follow(player: Player<A>): void;
  /** A player leaves, or lost the connection. */
  exit(player: Player<A>): void;
  /** Ends drops and trades whose time is over. Call it once a tick. */
  update(): void;
}

/** The parts of a room that {@link openRoomItems} needs. */
export interface RoomItemsHost<A extends Carrier> extends Omit<ItemHost<A>, "bookings"> {
  readonly simulation: Simulation;
  readonly items: () => ItemPort;
  /** The zone that has the ground; undefined: nothing can be dropped here, and no player dies. */
  readonly zone: string | undefined;
  /** See `TradeOptions`. */
  hears(listener: Player<A>, speakerAccountId: string): boolean;
  /** Told of each trade that is done. */
  traded(trade: Trade<A>): void;
}

/** Opens the items of a room: bags, the ground, shops, trades, deaths. */
export function openRoomItems<A extends Carrier>(
  host: RoomItemsHost<A>,
  options: ItemOptions<A> = {},
): RoomItemsInternal<A> {
  const { reachM = 2.6, tradeM = 5, dropS = 300, pileS = 120, uses = {} } = options;
  const { zone, simulation, items, players, inbox } = host;
  const onAnswer: typeof host.onAnswer = (name, apply) => host.onAnswer(name, apply);
  const bookings: BookingQueue = openBookingQueue(items);
  const { log, suspect } = host;
  const requests = openItemRequests<A>({ players, inbox, bookings, log, onAnswer, suspect });
  const ground: GroundItems | undefined =
    zone === undefined
      ? undefined
      : openGroundItems<A>({ zone, simulation, players, items, requests, onAnswer, reachM, dropS, pileS });
  const trades: Trades<A> = openTrades<A>({
    players,
    inbox,
    items,
    bookings,
    onAnswer,
    traded: host.traded,
    hears: (listener, accountId) => host.hears(listener, accountId),
    reachM: tradeM,
  });
  registerItemMessages<A>({ simulation, items, requests, zone, ground, reachM, uses, suspect });

  type First = { request: string; items: readonly Amount[] } | undefined;
  const enter = requests.order<null, First, { dead: boolean; packed: boolean }>("enter", {
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

  const follow = requests.order<null>("follow", { book: ({ claim }) => items().look(claim) });

  const makePile = requests.order<GroundPlace, { owner: string; name: string }>("die", {
    check: ({ claim: { sheet } }) => ({ owner: sheet.id, name: sheet.name }),
    book: ({ claim }, { id }) => items().die(claim, id, zone ?? ""),
    done(_, { message: at, note }, { stacks }) {
      const container = stacks.find((stack) => stack.container.startsWith("pile:"))?.container;
      if (container !== undefined) ground?.addPile({ container, ...note }, at);
    },
  });

  requests.on("revive", itemMessages.revive, {
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
    ...requests,
    enter: (player) => enter(player, null),
    follow: (player) => follow(player, null),
    exit: (player) => trades.exit(player),
    lay: (booked, at) => ground?.addDrops(booked, at),
    die(player) {
      const { avatar } = player;
      if (avatar.dead || !ground) return;
      avatar.dead = true;
      const { x, y, z } = avatar;
      makePile(player, { x, y, z });
    },
    update() {
      ground?.update();
      if (simulation.tick % 10 === 0) trades.update();
    },
  };
}
