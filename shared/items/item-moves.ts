import { type Refusal, refuse } from "../errors.ts";
import type { InventoryTransaction } from "./inventory.ts";
import type { Amount, Offer, PriceList, Stack } from "./stacks.ts";

/** Refuses a stack that is in none of these containers, as if it did not exist. */
export function inOneOf(
  inventory: InventoryTransaction,
  id: string,
  containers: readonly string[],
): Refusal | null {
  const stack = inventory.stacks.get(id);
  return stack && containers.includes(stack.container) ? null : refuse("ITEM_MISSING");
}

function stacksOf(inventory: InventoryTransaction, containers: readonly string[]): Stack[] {
  return [...inventory.stacks.values()].filter((stack) => containers.includes(stack.container));
}

/** Moves all stacks of some containers. */
export function moveAll(
  inventory: InventoryTransaction,
  from: readonly string[],
  to: string,
): Refusal | null {
  for (const { id } of stacksOf(inventory, from)) {
    const refused = inventory.move(id, to);
    if (refused) return refused;
  }
  return null;
}

/** Moves the stacks that fit. Refused where the container is empty, or none of its stacks fits. */
export function takeWhatFits(inventory: InventoryTransaction, from: string, to: string): Refusal | null {
  const refusals = stacksOf(inventory, [from]).map(({ id }) => inventory.move(id, to));
  return refusals.includes(null) ? null : (refusals[0] ?? refuse("ITEM_MISSING"));
}

/** Removes those of these stacks that are still in the container; a missing one is no reason to refuse. */
export function takeAll(
  inventory: InventoryTransaction,
  from: string,
  ids: readonly string[],
): Refusal | null {
  for (const { id, qty } of stacksOf(inventory, [from])) if (ids.includes(id)) inventory.take(id, qty);
  return null;
}

/** Mints several kinds of item. */
export function mintAll(
  inventory: InventoryTransaction,
  to: string,
  amounts: readonly Amount[],
): Refusal | null {
  for (const { template, qty } of amounts) {
    const refused = inventory.mint(to, template, qty);
    if (refused) return refused;
  }
  return null;
}

/** Pays the price of a quantity; refused where the shop does not trade the item. */
export function payPrice(
  prices: PriceList,
  template: string,
  direction: "buy" | "sell",
  qty: number,
  pay: (coins: number) => Refusal | null,
): Refusal | null {
  const price = Object.hasOwn(prices, template) ? prices[template]?.[direction] : undefined;
  return price === undefined ? refuse("ACTION_REFUSED", "The shop does not trade this.") : pay(price * qty);
}

/** One side of an exchange. */
export interface ExchangeSide {
  /** Character id. */
  id: string;
  /** Container that the offered items must be in. */
  from: string;
  /** Container that receives the other side's items. */
  into: string;
  offer: Offer;
}

/** Both offers leave before either arrives, so that two full bags can swap. */
export function exchange(inventory: InventoryTransaction, a: ExchangeSide, b: ExchangeSide): Refusal | null {
  if (a.id === b.id) return refuse("ACTION_REFUSED", "Nobody trades with themselves.");
  const given: (Amount & { to: string })[] = [];
  for (const [giver, taker] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const { id, qty } of giver.offer.items) {
      const template = inventory.stacks.get(id)?.template ?? "";
      const refused = inOneOf(inventory, id, [giver.from]) ?? inventory.take(id, qty);
      if (refused) return refused;
      given.push({ template, qty, to: taker.into });
    }
  }
  for (const { template, qty, to } of given) {
    const refused = inventory.mint(to, template, qty);
    if (refused) return refused;
  }
  const fromA = a.offer.coins === 0 ? null : inventory.pay(a.id, b.id, a.offer.coins);
  return fromA ?? (b.offer.coins === 0 ? null : inventory.pay(b.id, a.id, b.offer.coins));
}
