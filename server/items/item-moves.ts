import type { Claim, Stack } from "../../rooms/index.ts";
import type { Amount, Offer, PriceList } from "../../rooms/internal.ts";
import { type Refusal, refuse } from "../../shared/index.ts";
import { container } from "./containers.ts";
import type { InventoryTransaction } from "./inventory-transaction.ts";

/** A stack that is in none of these containers is as good as missing. */
export function inOneOf(
  holding: InventoryTransaction,
  id: string,
  containers: readonly string[],
): Refusal | null {
  const stack = holding.stacks.get(id);
  return stack && containers.includes(stack.container) ? null : refuse("ITEM_MISSING");
}

function stacksOf(holding: InventoryTransaction, containers: readonly string[]): Stack[] {
  return [...holding.stacks.values()].filter((stack) => containers.includes(stack.container));
}

/** Moves everything that is in some containers. */
export function moveAll(holding: InventoryTransaction, from: readonly string[], to: string): Refusal | null {
  for (const { id } of stacksOf(holding, from)) {
    const refused = holding.move(id, to);
    if (refused) return refused;
  }
  return null;
}

/** Refused only where there is something and none of it fits. */
export function takeWhatFits(holding: InventoryTransaction, from: string, to: string): Refusal | null {
  const refusals = stacksOf(holding, [from]).map(({ id }) => holding.move(id, to));
  return refusals.includes(null) ? null : (refusals[0] ?? refuse("ITEM_MISSING"));
}

/** Ends what of these stacks is there still; what somebody took meanwhile is no reason to refuse. */
export function takeAll(holding: InventoryTransaction, from: string, ids: readonly string[]): Refusal | null {
  for (const { id, qty } of stacksOf(holding, [from])) if (ids.includes(id)) holding.take(id, qty);
  return null;
}

/** Makes several kinds out of nothing. */
export function mintAll(
  holding: InventoryTransaction,
  to: string,
  amounts: readonly Amount[],
): Refusal | null {
  for (const { template, qty } of amounts) {
    const refused = holding.mint(to, template, qty);
    if (refused) return refused;
  }
  return null;
}

/** Pays what a shop asks or gives for so many. */
export function priced(
  prices: PriceList,
  template: string,
  way: "buy" | "sell",
  qty: number,
  pay: (coins: number) => Refusal | null,
): Refusal | null {
  const price = Object.hasOwn(prices, template) ? prices[template]?.[way] : undefined;
  return price === undefined ? refuse("ACTION_REFUSED", "The shop does not trade this.") : pay(price * qty);
}

/** One side of an exchange. */
export interface Side {
  id: string;
  /** Container that the offered items must be in, and the one that receives. */
  from: string;
  into: string;
  offer: Offer;
}

/** What a player offers out of the own bag, and receives into it. */
export function sideOf({ claim, offer }: { claim: Claim; offer: Offer }): Side {
  const bag = container.bag(claim.sheet.id);
  return { id: claim.sheet.id, from: bag, into: bag, offer };
}

/** Both offers leave before either arrives, so that two full bags can swap. */
export function exchange(holding: InventoryTransaction, a: Side, b: Side): Refusal | null {
  if (a.id === b.id) return refuse("ACTION_REFUSED", "Nobody trades with themselves.");
  const given: (Amount & { to: string })[] = [];
  for (const [giver, taker] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const { id, qty } of giver.offer.items) {
      const template = holding.stacks.get(id)?.template ?? "";
      const refused = inOneOf(holding, id, [giver.from]) ?? holding.take(id, qty);
      if (refused) return refused;
      given.push({ template, qty, to: taker.into });
    }
  }
  for (const { template, qty, to } of given) {
    const refused = holding.mint(to, template, qty);
    if (refused) return refused;
  }
  const fromA = a.offer.coins === 0 ? null : holding.pay(a.id, b.id, a.offer.coins);
  return fromA ?? (b.offer.coins === 0 ? null : holding.pay(b.id, a.id, b.offer.coins));
}
