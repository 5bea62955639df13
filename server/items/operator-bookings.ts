import type { Booked } from "../../rooms/index.ts";
import type { Db } from "../storage/database.ts";
import { container } from "./containers.ts";
import { type Booking, bookWithin, type ItemRules } from "./ledger.ts";

/** What an operator changes of a character's belongings. */
export type OperatorChange =
  /** Coins out of nothing; below 0: into nothing. */
  | { readonly coins: number }
  | { readonly template: string; readonly qty: number; readonly into: "bag" | "bank" | "mail" }
  /** Part of a stack, wherever the character has it. */
  | { readonly stack: string; readonly qty: number };

/** A booking of an operator. */
export interface OperatorBooking {
  readonly characterId: string;
  /** 1 to 64 characters; a repetition gets the first answer. */
  readonly request: string;
  readonly change: OperatorChange;
  /** For the ledger, after "operator: ". */
  readonly reason: string;
  /** Undefined: an operator without an account. */
  readonly by: string | undefined;
}

/**
 * Books what an operator gives or takes, as a mint or a sink of the ledger, within the transaction of the
 * operation. The character may be live: nothing is claimed, and the room that has it is told afterwards.
 *
 * @throws CHARACTER_MISSING, NOT_ENOUGH, NO_SPACE, ITEM_UNKNOWN, ITEM_MISSING, QUANTITY_INVALID,
 *   REQUEST_REUSED
 * @throws CHARACTER_DEAD nothing is put on or taken from the body of a dead character; coins are
 */
export function bookByOperator(db: Db, rules: ItemRules, booking: OperatorBooking): Promise<Booked> {
  const { characterId: id, request, change, reason, by } = booking;
  const own = [container.bag(id), container.equipment(id), container.bank(id), container.mail(id)];
  return bookWithin(db, rules, {
    requestId: `operator:${request}`,
    by: [{ characterId: id, owner: null, epoch: null }],
    payload: change,
    reason: `operator: ${reason}`,
    bookedBy: by,
    containers: "coins" in change ? [] : own,
    whileDead: "coins" in change || ("into" in change && change.into !== "bag"),
    change: (inventory) => {
      if ("coins" in change)
        return change.coins < 0
          ? inventory.pay(id, null, -change.coins)
          : inventory.pay(null, id, change.coins);
      if ("stack" in change) return inventory.take(change.stack, change.qty);
      return inventory.mint(container[change.into](id), change.template, change.qty);
    },
  } satisfies Booking);
}
