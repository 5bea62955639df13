import type { DataSource } from "typeorm";
import type { Claim } from "../../rooms/index.ts";
import { type ItemPort, type OwnContainer, readRequest } from "../../rooms/internal.ts";
import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import {
  type ExchangeSide,
  exchange,
  type InventoryTransaction,
  inOneOf,
  mintAll,
  moveAll,
  type Offer,
  payPrice,
  takeAll,
  takeWhatFits,
} from "../../shared/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { container } from "./containers.ts";
import { countKill, deathOf, endDeath, killsOf, lockDeath, pilesIn } from "./deaths.ts";
import { answerOf, type Booker, type Booking, book, heldBy, type ItemRules, stacksIn } from "./ledger.ts";

/** A request of one claim; `containers` are those besides bag and equipment. */
type Asked = Pick<Booking, "requestId" | "payload" | "reason" | "others" | "whileDead" | "also"> & {
  containers?: string[];
};

/**
 * Opens the items of a process.
 *
 * @param owner incarnation of this process, under which the characters are claimed
 * @param onFenced called for a claim that turned out to be lost
 * @example
 * const items = openItems(ds, { templates: { herb: { stack: 20 } }, slotsOf }, incarnation);
 * const looted = await items.grant(claim, "kill-71", "herb", 2, "loot");
 */
export function openItems(
  ds: DataSource,
  rules: ItemRules,
  owner: string,
  onFenced?: (claim: Claim) => void,
): ItemPort {
  const booker = ({ sheet, epoch }: Claim): Booker => ({ characterId: sheet.id, owner, epoch });
  const own = ({ sheet }: Claim) => [container.bag(sheet.id), container.equipment(sheet.id)];

  async function ask(claims: readonly [Claim, ...Claim[]], booking: Omit<Booking, "by">) {
    const [first, ...rest] = claims;
    try {
      return await book(ds, rules, { ...booking, by: [booker(first), ...rest.map(booker)] });
    } catch (error) {
      const lost = error instanceof RoomkeepError && error.code === "CHARACTER_FENCED" && rest.length === 0;
      if (lost) onFenced?.(first);
      throw error;
    }
  }

  function askAlone(
    claim: Claim,
    asked: Asked,
    change: (inventory: InventoryTransaction, bag: string) => Refusal | null,
  ) {
    return ask([claim], {
      ...asked,
      payload: [asked.reason, asked.payload],
      containers: [...own(claim), ...(asked.containers ?? [])],
      tell: own(claim),
      change: (inventory) => change(inventory, container.bag(claim.sheet.id)),
    });
  }

  const basics: Pick<
    ItemPort,
    "grant" | "grantCoins" | "use" | "move" | "drop" | "pickUp" | "clear" | "trade"
  > = {
    grant: (claim, requestId, template, qty, reason) =>
      askAlone(claim, { requestId, payload: { template, qty }, reason }, (inventory, bag) =>
        inventory.mint(bag, template, qty),
      ),
    grantCoins: (claim, requestId, coins, reason) =>
      askAlone(claim, { requestId, payload: { coins }, reason }, (inventory) =>
        coins < 0 ? inventory.pay(claim.sheet.id, null, -coins) : inventory.pay(null, claim.sheet.id, coins),
      ),
    use: (claim, requestId, what) =>
      askAlone(claim, { requestId, payload: what, reason: "use" }, (inventory, bag) =>
        "id" in what
          ? (inOneOf(inventory, what.id, own(claim)) ?? inventory.take(what.id, what.qty))
          : inventory.burn(bag, what.template, what.qty),
      ),
    move: (claim, requestId, what) => {
      const bank = container.bank(claim.sheet.id);
      return askAlone(claim, { requestId, payload: what, reason: "move", containers: [bank] }, (inventory) =>
        inventory.move(what.id, ownContainer(what.to, claim), what),
      );
    },
    drop: (claim, requestId, zone, what) => {
      const ground = container.ground(zone);
      const asked = { requestId, payload: { zone, ...what }, reason: "drop", containers: [ground] };
      return askAlone(
        claim,
        asked,
        (inventory) =>
          inOneOf(inventory, what.id, own(claim)) ?? inventory.move(what.id, ground, { qty: what.qty }),
      );
    },
    pickUp: (claim, requestId, zone, id) => {
      const ground = container.ground(zone);
      const asked = { requestId, payload: { zone, id }, reason: "pick up", containers: [ground] };
      return askAlone(
        claim,
        asked,
        (inventory, bag) => inOneOf(inventory, id, [ground]) ?? inventory.move(id, bag),
      );
    },
    clear: (claim, requestId, zone, ids) => {
      const ground = container.ground(zone);
      const asked = { requestId, payload: { zone, ids }, reason: "clear", containers: [ground] };
      return askAlone(claim, { ...asked, whileDead: true }, (inventory) => takeAll(inventory, ground, ids));
    },
    trade: (requestId, a, b) =>
      ask([a.claim, b.claim], {
        requestId,
        payload: [a.offer, b.claim.sheet.id, b.offer],
        reason: "trade",
        containers: [container.bag(a.claim.sheet.id), container.bag(b.claim.sheet.id)],
        change: (inventory) => exchange(inventory, sideOf(a), sideOf(b)),
      }),
  };

  const shops: Pick<ItemPort, "buy" | "sell"> = {
    buy: (claim, requestId, prices, { template, qty }) =>
      askAlone(
        claim,
        { requestId, payload: { template, qty }, reason: "buy" },
        (inventory, bag) =>
          inventory.mint(bag, template, qty) ??
          payPrice(prices, template, "buy", qty, (coins) => inventory.pay(claim.sheet.id, null, coins)),
      ),
    sell: (claim, requestId, prices, { id, qty }) =>
      askAlone(claim, { requestId, payload: { id, qty }, reason: "sell" }, (inventory, bag) => {
        const template = inventory.stacks.get(id)?.template ?? "";
        return (
          inOneOf(inventory, id, [bag]) ??
          inventory.take(id, qty) ??
          payPrice(prices, template, "sell", qty, (coins) => inventory.pay(null, claim.sheet.id, coins))
        );
      }),
  };

  const mail: Pick<ItemPort, "mail" | "readMail" | "takeMail"> = {
    mail: (claim, requestId, to, offer) => {
      if (!UUID.test(to)) return Promise.resolve(refuse("CHARACTER_MISSING"));
      const asked = {
        requestId,
        payload: { to, offer },
        reason: "mail",
        containers: [container.mail(to)],
        others: [to],
      };
      return askAlone(claim, asked, (inventory) =>
        exchange(inventory, sideOf({ claim, offer }), {
          id: to,
          from: "",
          into: container.mail(to),
          offer: { items: [], coins: 0 },
        }),
      );
    },
    readMail: (claim) => answerWithin(stacksIn(ds, [container.mail(claim.sheet.id)])),
    takeMail: (claim, requestId, id) => {
      const mail = container.mail(claim.sheet.id);
      const asked = { requestId, payload: { id }, reason: "take mail", containers: [mail] };
      return askAlone(
        claim,
        asked,
        (inventory, bag) => inOneOf(inventory, id, [mail]) ?? inventory.move(id, bag),
      );
    },
  };

  const deaths: Pick<ItemPort, "die" | "death" | "piles" | "revive" | "loot" | "kill" | "kills"> = {
    die: (claim, requestId, zone) => {
      const pile = container.pile(zone, claim.sheet.id, readRequest(requestId).id);
      const also = (db: Db) => lockDeath(db, claim.sheet.id, pile, zone);
      const asked = { requestId, payload: { zone }, reason: "death", containers: [pile], also };
      return askAlone(claim, asked, (inventory) => moveAll(inventory, own(claim), pile));
    },
    death: (claim) => answerWithin(deathOf(ds, claim.sheet.id)),
    piles: (zone) => answerWithin(pilesIn(ds, zone)),
    revive: (claim, requestId) => {
      const also = (db: Db) => endDeath(db, claim.sheet.id);
      return askAlone(
        claim,
        { requestId, payload: null, reason: "revive", also, whileDead: true },
        () => null,
      );
    },
    loot: (claim, requestId, pile, id) => {
      if (!pile.startsWith("pile:")) return Promise.resolve(refuse("ITEM_MISSING"));
      const asked = { requestId, payload: { pile, id }, reason: "loot", containers: [pile] };
      return askAlone(claim, asked, (inventory, bag) =>
        id === undefined
          ? takeWhatFits(inventory, pile, bag)
          : (inOneOf(inventory, id, [pile]) ?? inventory.move(id, bag)),
      );
    },
    kill: (claim, requestId, { kind, zone, drops }) => {
      const ground = container.ground(zone);
      const also = (db: Db) => countKill(db, claim.sheet.id, kind);
      const asked = { requestId, payload: { kind, zone, drops }, reason: "kill", containers: [ground], also };
      return askAlone(claim, asked, (inventory) => mintAll(inventory, ground, drops));
    },
    kills: (claim) => answerWithin(killsOf(ds, claim.sheet.id)),
  };

  return {
    knows: (template) => Object.hasOwn(rules.templates, template),
    read: (claim) => answerWithin(stacksIn(ds, own(claim))),
    look: (claim) => answerWithin(heldBy(ds, claim.sheet.id, own(claim))),
    answered: (claim, requestId) => answerOf(ds, claim.sheet.id, requestId),
    readIn: (name) => answerWithin(stacksIn(ds, [name])),
    ...basics,
    ...shops,
    ...mail,
    ...deaths,
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function ownContainer(name: OwnContainer, { sheet }: Claim): string {
  return container[name](sheet.id);
}

/** A player's side of an exchange, from and into the own bag. */
function sideOf({ claim, offer }: { claim: Claim; offer: Offer }): ExchangeSide {
  const bag = container.bag(claim.sheet.id);
  return { id: claim.sheet.id, from: bag, into: bag, offer };
}
