import { randomUUID } from "node:crypto";
import { type Carrier, type Refusal, refuse, type TradeView } from "../../shared/index.ts";
import type { TradeEnd, TradeSide } from "../../shared/internal.ts";
import type { Player } from "../player.ts";
import type { Offer } from "../ports/ports.ts";

/** One of the two players of a trade. */
export interface Trader<A extends Carrier> {
  readonly player: Player<A>;
  offer: Offer;
  agreed: boolean;
}

/** An open trade between two players. */
export interface Trade<A extends Carrier> {
  readonly id: string;
  /** Grows with each change of an offer. */
  version: number;
  readonly traders: readonly [Trader<A>, Trader<A>];
  /** Both have agreed: it is being booked, and only the answer ends it. */
  booking: boolean;
}

/** The open trades of a room, and what its players see of them. */
export interface TradeTable<A extends Carrier> {
  /** Every open trade, once. */
  all(): Iterable<Trade<A>>;
  of(player: Player<A>): Trade<A> | undefined;
  /** The trade that a message names, with the player's own side. Refused when it is over or being booked. */
  find(player: Player<A>, id: string): { trade: Trade<A>; own: Trader<A> } | Refusal;
  open(a: Player<A>, b: Player<A>): void;
  /** Sends both players what the trade looks like now. */
  show(trade: Trade<A>): void;
  /** Begins a new version, to which neither has agreed. */
  reopen(trade: Trade<A>): void;
  end(trade: Trade<A>, how: TradeEnd, reason: string): void;
}

/** Opens an empty table. Trades are no part of the world: a snapshot has none. */
export function openTradeTable<A extends Carrier>(): TradeTable<A> {
  /** By session id of each of its players. */
  const trades = new Map<string, Trade<A>>();

  function show({ id, version, traders, booking }: Trade<A>): void {
    const [a, b] = traders;
    for (const [own, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const { sessionId: session, avatar } = other.player;
      const view: TradeView = {
        id,
        version,
        with: { session, name: avatar.name },
        mine: sideOf(own),
        theirs: sideOf(other),
        booking,
      };
      own.player.client.send("trade", view);
    }
  }

  return {
    all: () => new Set(trades.values()),
    of: ({ sessionId }) => trades.get(sessionId),
    show,
    find(player, id) {
      const trade = trades.get(player.sessionId);
      const own = trade?.traders.find((trader) => trader.player === player);
      if (!trade || !own || trade.id !== id) return refuse("TRADE_OVER");
      if (trade.booking) return refuse("ACTION_REFUSED", "It is being settled already.");
      return { trade, own };
    },
    open(a, b) {
      const trader = (player: Player<A>) => ({ player, offer: { items: [], coins: 0 }, agreed: false });
      const traders = [trader(a), trader(b)] as const;
      const trade = { id: randomUUID(), version: 0, traders, booking: false };
      for (const { sessionId } of [a, b]) trades.set(sessionId, trade);
      show(trade);
    },
    reopen(trade) {
      trade.version += 1;
      trade.booking = false;
      for (const trader of trade.traders) trader.agreed = false;
      show(trade);
    },
    end(trade, how, reason) {
      for (const { player } of trade.traders) {
        if (trades.get(player.sessionId) !== trade) continue;
        trades.delete(player.sessionId);
        player.client.send("trade.ended", { how, reason });
      }
    },
  };
}

function sideOf<A extends Carrier>({ player: { avatar }, offer, agreed }: Trader<A>): TradeSide {
  const items = offer.items.map(({ id, qty }) => {
    return { id, qty, template: avatar.items.get(id)?.template ?? "" };
  });
  return { items, coins: offer.coins, agreed };
}
