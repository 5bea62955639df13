import type { DataSource } from "typeorm";
import type { Claim } from "../rooms/ports.ts";
import { type Refusal, refuse } from "../shared/errors.ts";
import { answerWithin } from "./db.ts";
import type { Holding, Stack } from "./holding.ts";
import { type Booked, type Booker, type Booking, book, type ItemRules, stacksIn } from "./ledger.ts";

/** The containers of a character, and the ground of a zone. */
export const container = {
  bag: (characterId: string) => `bag:${characterId}`,
  equipment: (characterId: string) => `equipment:${characterId}`,
  ground: (zone: string) => `ground:${zone}`,
} as const;

/** What one side of a trade gives: parts of stacks in its bag, and coins. */
export interface Offer {
  readonly items: readonly { readonly id: string; readonly qty: number }[];
  /** 0 and up. */
  readonly coins: number;
}

/** Items and coins of claimed characters. Every call is one transaction; a repeated request id gets the first answer. */
export interface Items {
  /** What is in bag and equipment. */
  read(claim: Claim): Promise<Stack[]>;
  /** Makes items out of nothing into the bag: loot, a quest's reward. */
  grant(
    claim: Claim,
    requestId: string,
    template: string,
    qty: number,
    reason: string,
  ): Promise<Booked | Refusal>;
  /** Makes coins out of nothing; a negative amount ends them. */
  grantCoins(claim: Claim, requestId: string, coins: number, reason: string): Promise<Booked | Refusal>;
  /** Moves within and between bag and equipment: sort, split, merge, equip, take off. */
  move(
    claim: Claim,
    requestId: string,
    what: { id: string; to: "bag" | "equipment"; slot?: number; qty?: number },
  ): Promise<Booked | Refusal>;
  /** Puts something from bag or equipment on the ground of a zone. */
  drop(
    claim: Claim,
    requestId: string,
    zone: string,
    what: { id: string; qty?: number },
  ): Promise<Booked | Refusal>;
  /** Takes something from the ground of a zone; the room has checked that it is in reach. */
  pickUp(claim: Claim, requestId: string, zone: string, id: string): Promise<Booked | Refusal>;
  /** Swaps what two players offered. The room calls it once both have agreed to exactly these offers. */
  trade(
    requestId: string,
    a: { claim: Claim; offer: Offer },
    b: { claim: Claim; offer: Offer },
  ): Promise<Booked | Refusal>;
}

/**
 * @param owner incarnation of this process, under which the characters are claimed
 * @example
 * const looted = await items.grant(claim, "kill-71", "herb", 2, "loot");
 * if (!looted.ok) return looted; // refused: nothing changed
 */
export function openItems(ds: DataSource, rules: ItemRules, owner: string): Items {
  const booker = ({ sheet, epoch }: Claim): Booker => ({ characterId: sheet.id, owner, epoch });
  const own = ({ sheet }: Claim) => [container.bag(sheet.id), container.equipment(sheet.id)];

  function ask(
    claim: Claim,
    asked: Pick<Booking, "requestId" | "payload" | "reason"> & { also?: string[] },
    change: (holding: Holding, bag: string) => Refusal | null,
  ) {
    const { requestId, payload, reason, also = [] } = asked;
    const bag = container.bag(claim.sheet.id);
    return book(ds, rules, {
      requestId,
      by: [booker(claim)],
      payload: [reason, payload],
      reason,
      containers: [...own(claim), ...also],
      change: (holding) => change(holding, bag),
    });
  }

  return {
    read: (claim) => answerWithin(stacksIn(ds, own(claim))),
    grant: (claim, requestId, template, qty, reason) =>
      ask(claim, { requestId, payload: { template, qty }, reason }, (holding, bag) =>
        holding.mint(bag, template, qty),
      ),
    grantCoins: (claim, requestId, coins, reason) =>
      ask(claim, { requestId, payload: { coins }, reason }, (holding) =>
        coins < 0 ? holding.pay(claim.sheet.id, null, -coins) : holding.pay(null, claim.sheet.id, coins),
      ),
    move: (claim, requestId, what) =>
      ask(claim, { requestId, payload: what, reason: "move" }, (holding) =>
        holding.move(what.id, container[what.to](claim.sheet.id), what),
      ),
    drop: (claim, requestId, zone, what) => {
      const ground = container.ground(zone);
      return ask(
        claim,
        { requestId, payload: { zone, ...what }, reason: "drop", also: [ground] },
        (holding) =>
          ownedBy(holding, what.id, own(claim)) ?? holding.move(what.id, ground, { qty: what.qty }),
      );
    },
    pickUp: (claim, requestId, zone, id) => {
      const ground = container.ground(zone);
      return ask(
        claim,
        { requestId, payload: { zone, id }, reason: "pick up", also: [ground] },
        (holding, bag) => ownedBy(holding, id, [ground]) ?? holding.move(id, bag),
      );
    },
    trade: (requestId, a, b) =>
      book(ds, rules, {
        requestId,
        by: [booker(a.claim), booker(b.claim)],
        payload: [a.offer, b.claim.sheet.id, b.offer],
        reason: "trade",
        containers: [container.bag(a.claim.sheet.id), container.bag(b.claim.sheet.id)],
        change: (holding) => swap(holding, a, b),
      }),
  };
}

/** A stack that is in none of these containers is as good as missing. */
function ownedBy(holding: Holding, id: string, containers: readonly string[]): Refusal | null {
  const stack = holding.stacks.get(id);
  return stack && containers.includes(stack.container) ? null : MISSING;
}

const MISSING = refuse("ITEM_MISSING");

type Side = { claim: Claim; offer: Offer };

/** Both offers leave before either arrives, so that two full bags can swap. */
function swap(holding: Holding, a: Side, b: Side): Refusal | null {
  if (a.claim.sheet.id === b.claim.sheet.id)
    return refuse("ACTION_REFUSED", "Nobody trades with themselves.");
  const given: { template: string; qty: number; to: string }[] = [];
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const { id, qty } of from.offer.items) {
      const template = holding.stacks.get(id)?.template ?? "";
      const refused = ownedBy(holding, id, [container.bag(from.claim.sheet.id)]) ?? holding.take(id, qty);
      if (refused) return refused;
      given.push({ template, qty, to: container.bag(to.claim.sheet.id) });
    }
  }
  for (const { template, qty, to } of given) {
    const refused = holding.mint(to, template, qty);
    if (refused) return refused;
  }
  return payBoth(holding, a, b);
}

function payBoth(holding: Holding, a: Side, b: Side): Refusal | null {
  const [first, second] = [a.claim.sheet.id, b.claim.sheet.id];
  const fromA = a.offer.coins === 0 ? null : holding.pay(first, second, a.offer.coins);
  return fromA ?? (b.offer.coins === 0 ? null : holding.pay(second, first, b.offer.coins));
}
