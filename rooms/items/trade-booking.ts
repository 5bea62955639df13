import type { Carrier } from "../../shared/index.ts";
import type { Player } from "../player.ts";
import type { Booked, ItemPort } from "../ports/ports.ts";
import type { ApplyAnswer, Ask } from "../simulation/async-results.ts";
import type { BookingQueue } from "./booking-queue.ts";
import { showCarried } from "./carried-items.ts";
import type { Trade, TradeTable } from "./trade-table.ts";

/** Options of {@link openTradeBooking}. */
export interface TradeBookingOptions<A extends Carrier> {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly items: () => ItemPort;
  readonly bookings: BookingQueue;
  /** Told of each trade that is done. */
  traded(trade: Trade<A>): void;
  onAnswer<About, T>(name: string, apply: ApplyAnswer<About, T>): Ask<About, T>;
}

/** The players of a trade, as a recording holds them. */
interface About {
  readonly who: readonly { readonly session: string; readonly character: string }[];
}

/**
 * Opens the booking of trades: both offers change hands in one transaction, or neither does.
 *
 * @param mayTrade whether a player is still here and able to trade
 * @returns books a trade to which both have agreed. While the database is away the booking is repeated,
 *   because its outcome is unknown
 */
export function openTradeBooking<A extends Carrier>(
  { players, items, bookings, onAnswer, traded }: TradeBookingOptions<A>,
  table: TradeTable<A>,
  mayTrade: (player: Player<A>) => boolean,
): (trade: Trade<A>) => void {
  const ask = onAnswer<About, Booked>("trade", (answer, { who }) => {
    if (!answer.ok) return answer;
    for (const { session, character } of who) {
      const avatar = players.get(session)?.avatar;
      // A first answer holds both bags, and no equipment.
      if (avatar) showCarried(avatar, character, answer, ["bag"]);
    }
  });

  return (trade) => {
    const [a, b] = trade.traders;
    const both = [a.player, b.player];
    const who = both.map(({ sessionId, claim }) => ({ session: sessionId, character: claim.sheet.id }));
    const requestId = `trade:${trade.id}:${trade.version}`;
    const call = () =>
      items().trade(
        requestId,
        { claim: a.player.claim, offer: a.offer },
        { claim: b.player.claim, offer: b.offer },
      );
    const areHere = () =>
      both.every((player) => players.get(player.sessionId) === player && !player.departure);
    void ask({ who }, () => bookings.book(both, requestId, call, areHere)).then((refusal) => {
      if (!refusal) {
        traded(trade);
        return table.end(trade, "done", "The trade is done.");
      }
      if (!both.every(mayTrade)) return table.end(trade, "cancelled", "The trade was broken off.");
      const { code, reason } = refusal;
      for (const { client } of both) client.send("refused", { type: "trade.agree", code, reason });
      table.reopen(trade);
    });
  };
}
