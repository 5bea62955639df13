import { z } from "zod";
import { BAG_SLOTS } from "./items.ts";

/**
 * Request id. The client makes one for each request and sends the same one with a repetition, which gets the
 * first answer.
 */
export const itemRequest = z.string().regex(/^[\x21-\x7e]{1,64}$/, "is no request id");
/** Id of a stack. */
const id = z.uuid();
const qty = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
/** Key in `state.actors`. */
const actor = z.string().min(1).max(128);

/** Messages from a player to a room with items. */
export const itemMessages = {
  /**
   * Sort, split, merge, swap, put on, take off. Without `slot`: where there is room; without `qty`: all of
   * it.
   */
  "item.move": z.strictObject({
    request: itemRequest,
    id,
    to: z.enum(["bag", "equipment"]),
    slot: z.int().min(0).max(255).optional(),
    qty: qty.optional(),
  }),
  /** Puts it on the ground in front of the player. */
  "item.drop": z.strictObject({ request: itemRequest, id, qty: qty.optional() }),
  /** Uses up one of it; the effect is the game's. */
  "item.use": z.strictObject({ request: itemRequest, id }),
  /** Takes a drop, or all of a pile that fits. */
  "item.take": z.strictObject({ request: itemRequest, actor }),
  "shop.buy": z.strictObject({ request: itemRequest, shop: actor, template: z.string().min(1).max(64), qty }),
  "shop.sell": z.strictObject({ request: itemRequest, shop: actor, id, qty }),
  /** Revives the own character. */
  revive: z.strictObject({ request: itemRequest }),
  /** `to`: session id of a player nearby. */
  "trade.ask": z.strictObject({ to: actor }),
  /** `from`: session id of the player who asked. */
  "trade.answer": z.strictObject({ from: actor, yes: z.boolean() }),
  /** The whole own offer; it replaces the former one and takes back both consents. */
  "trade.offer": z.strictObject({
    trade: z.uuid(),
    items: z.array(z.strictObject({ id, qty })).max(BAG_SLOTS),
    coins: z.int().min(0),
  }),
  /** Consents to that version of the trade; refused if the trade has changed since. */
  "trade.agree": z.strictObject({ trade: z.uuid(), version: z.int().min(0) }),
  "trade.cancel": z.strictObject({ trade: z.uuid() }),
};

/** Messages from a room with items to one client, beside its state. */
export interface ItemNews {
  /** A request was booked, and the state shows it. A refused request is answered by "refused". */
  booked: { type: string; request: string };
  /** A player nearby wants to trade: answer by "trade.answer". */
  "trade.asked": { from: string; name: string };
  /** The own trade, after each change. */
  trade: TradeView;
  /** The trade is over, or the invitation was declined. */
  "trade.ended": { how: TradeEnd; reason: string };
}

/** `done`: both offers have changed hands. `cancelled`: nothing has. */
export type TradeEnd = "done" | "cancelled";

/** A trade as one of its players sees it. */
export interface TradeView {
  /** Of the trade: every message about it names it. */
  id: string;
  /** Grows with each change of an offer; "trade.agree" names it. */
  version: number;
  /** The other: session id and name. */
  with: { session: string; name: string };
  /** Offer of the receiver of this message. */
  mine: TradeSide;
  /** Offer of the other player. */
  theirs: TradeSide;
  /** Both have agreed and it is being booked: nothing can be changed any more. */
  booking: boolean;
}

/** What one side gives. */
export interface TradeSide {
  items: { id: string; template: string; qty: number }[];
  coins: number;
  agreed: boolean;
}
