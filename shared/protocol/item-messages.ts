import { z } from "zod";
import { BAG_SLOTS } from "./items.ts";

/**
 * Chosen by the client, new for each wish and the same when it asks again: the answer to a repeated request
 * is the first answer.
 */
export const itemRequest = z.string().regex(/^[\x21-\x7e]{1,64}$/, "is no request id");
/** Of a stack. */
const id = z.uuid();
const qty = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
/** Key in `state.actors`. */
const actor = z.string().min(1).max(128);

/** What players ask of a room with items. */
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
  /** Puts it on the ground before one's feet. */
  "item.drop": z.strictObject({ request: itemRequest, id, qty: qty.optional() }),
  /** Uses one of it; the game says what that does. */
  "item.use": z.strictObject({ request: itemRequest, id }),
  /** Takes a drop, or all of a pile that fits. */
  "item.take": z.strictObject({ request: itemRequest, actor }),
  "shop.buy": z.strictObject({ request: itemRequest, shop: actor, template: z.string().min(1).max(64), qty }),
  "shop.sell": z.strictObject({ request: itemRequest, shop: actor, id, qty }),
  /** Gets up after a death. */
  revive: z.strictObject({ request: itemRequest }),
  /** `to`: session id of somebody near. */
  "trade.ask": z.strictObject({ to: actor }),
  /** `from`: session id of who asked. */
  "trade.answer": z.strictObject({ from: actor, yes: z.boolean() }),
  /** All that one gives now, in place of what one offered before; takes back both consents. */
  "trade.offer": z.strictObject({
    trade: z.uuid(),
    items: z.array(z.strictObject({ id, qty })).max(BAG_SLOTS),
    coins: z.int().min(0),
  }),
  /** Consents to what `version` of the trade showed; refused if it has changed since. */
  "trade.agree": z.strictObject({ trade: z.uuid(), version: z.int().min(0) }),
  "trade.cancel": z.strictObject({ trade: z.uuid() }),
};

/** What a room with items tells one client, beside its state. */
export interface ItemNews {
  /** A request was booked; the state shows it by now. One that was refused is told by "refused". */
  booked: { type: string; request: string };
  /** Somebody near wants to trade: answer by "trade.answer". */
  "trade.asked": { from: string; name: string };
  /** The trade one is in, after each change. */
  trade: TradeView;
  /** It is over; also when who was asked said no. */
  "trade.ended": { how: TradeEnd; reason: string };
}

/** `done`: both have what the other gave. `cancelled`: nothing has changed hands. */
export type TradeEnd = "done" | "cancelled";

/** A trade as one of the two sees it. */
export interface TradeView {
  id: string;
  /** Grows with each change of an offer; "trade.agree" names the one that was seen. */
  version: number;
  /** The other: session id and name. */
  with: { session: string; name: string };
  mine: TradeSide;
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
