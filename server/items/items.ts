import type { DataSource } from "typeorm";
import type { Claim } from "../../rooms/index.ts";
import type { ItemPort, OwnContainer } from "../../rooms/internal.ts";
import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { container } from "./containers.ts";
import { countKill, deathOf, endDeath, killsOf, lockDeath, pilesIn } from "./deaths.ts";
import type { InventoryTransaction } from "./inventory-transaction.ts";
import { exchange, inOneOf, mintAll, moveAll, priced, sideOf, takeAll, takeWhatFits } from "./item-moves.ts";
import { answerOf, type Booker, type Booking, book, heldBy, type ItemRules, stacksIn } from "./ledger.ts";

/** A request before it is known by whom, and in which containers besides bag and equipment. */
type Asked = Pick<Booking, "requestId" | "payload" | "reason" | "others" | "whileDead" | "also"> & {
  containers?: string[];
};

/**
 * Opens the items of a process.
 *
 * @param owner incarnation of this process, under which the characters are claimed
 * @param onFenced is told of a claim that turned out to be lost
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
    change: (holding: InventoryTransaction, bag: string) => Refusal | null,
  ) {
    return ask([claim], {
      ...asked,
      payload: [asked.reason, asked.payload],
      containers: [...own(claim), ...(asked.containers ?? [])],
      tell: own(claim),
      change: (holding) => change(holding, container.bag(claim.sheet.id)),
    });
  }

  const basics: Pick<
    ItemPort,
    "grant" | "grantCoins" | "use" | "move" | "drop" | "pickUp" | "clear" | "trade"
  > = {
    grant: (claim, requestId, template, qty, reason) =>
      askAlone(claim, { requestId, payload: { template, qty }, reason }, (holding, bag) =>
        holding.mint(bag, template, qty),
      ),
    grantCoins: (claim, requestId, coins, reason) =>
      askAlone(claim, { requestId, payload: { coins }, reason }, (holding) =>
        coins < 0 ? holding.pay(claim.sheet.id, null, -coins) : holding.pay(null, claim.sheet.id, coins),
      ),
    use: (claim, requestId, what) =>
      askAlone(claim, { requestId, payload: what, reason: "use" }, (holding, bag) =>
        "id" in what
          ? (inOneOf(holding, what.id, own(claim)) ?? holding.take(what.id, what.qty))
          : holding.burn(bag, what.template, what.qty),
      ),
    move: (claim, requestId, what) => {
      const bank = container.bank(claim.sheet.id);
      return askAlone(claim, { requestId, payload: what, reason: "move", containers: [bank] }, (holding) =>
        holding.move(what.id, ownContainer(what.to, claim), what),
      );
    },
    drop: (claim, requestId, zone, what) => {
      const ground = container.ground(zone);
      const asked = { requestId, payload: { zone, ...what }, reason: "drop", containers: [ground] };
      return askAlone(
        claim,
        asked,
        (holding) =>
          inOneOf(holding, what.id, own(claim)) ?? holding.move(what.id, ground, { qty: what.qty }),
      );
    },
    pickUp: (claim, requestId, zone, id) => {
      const ground = container.ground(zone);
      const asked = { requestId, payload: { zone, id }, reason: "pick up", containers: [ground] };
      return askAlone(
        claim,
        asked,
        (holding, bag) => inOneOf(holding, id, [ground]) ?? holding.move(id, bag),
      );
    },
    clear: (claim, requestId, zone, ids) => {
      const ground = container.ground(zone);
      const asked = { requestId, payload: { zone, ids }, reason: "clear", containers: [ground] };
      return askAlone(claim, { ...asked, whileDead: true }, (holding) => takeAll(holding, ground, ids));
    },
    trade: (requestId, a, b) =>
      ask([a.claim, b.claim], {
        requestId,
        payload: [a.offer, b.claim.sheet.id, b.offer],
        reason: "trade",
        containers: [container.bag(a.claim.sheet.id), container.bag(b.claim.sheet.id)],
        change: (holding) => exchange(holding, sideOf(a), sideOf(b)),
      }),
  };

  const shops: Pick<ItemPort, "buy" | "sell"> = {
    buy: (claim, requestId, prices, { template, qty }) =>
      askAlone(
        claim,
        { requestId, payload: { template, qty }, reason: "buy" },
        (holding, bag) =>
          holding.mint(bag, template, qty) ??
          priced(prices, template, "buy", qty, (coins) => holding.pay(claim.sheet.id, null, coins)),
      ),
    sell: (claim, requestId, prices, { id, qty }) =>
      askAlone(claim, { requestId, payload: { id, qty }, reason: "sell" }, (holding, bag) => {
        const template = holding.stacks.get(id)?.template ?? "";
        return (
          inOneOf(holding, id, [bag]) ??
          holding.take(id, qty) ??
          priced(prices, template, "sell", qty, (coins) => holding.pay(null, claim.sheet.id, coins))
        );
      }),
  };

  const letters: Pick<ItemPort, "mail" | "readMail" | "takeMail"> = {
    mail: (claim, requestId, to, offer) => {
      if (!UUID.test(to)) return Promise.resolve(refuse("CHARACTER_MISSING"));
      const asked = {
        requestId,
        payload: { to, offer },
        reason: "mail",
        containers: [container.mail(to)],
        others: [to],
      };
      return askAlone(claim, asked, (holding, bag) =>
        exchange(
          holding,
          { id: claim.sheet.id, from: bag, into: bag, offer },
          { id: to, from: "", into: container.mail(to), offer: { items: [], coins: 0 } },
        ),
      );
    },
    readMail: (claim) => answerWithin(stacksIn(ds, [container.mail(claim.sheet.id)])),
    takeMail: (claim, requestId, id) => {
      const mail = container.mail(claim.sheet.id);
      const asked = { requestId, payload: { id }, reason: "take mail", containers: [mail] };
      return askAlone(claim, asked, (holding, bag) => inOneOf(holding, id, [mail]) ?? holding.move(id, bag));
    },
  };

  const deaths: Pick<ItemPort, "die" | "death" | "piles" | "revive" | "loot" | "kill" | "kills"> = {
    die: (claim, requestId, zone) => {
      const pile = container.pile(zone, claim.sheet.id, requestId);
      const also = (db: Db) => lockDeath(db, claim.sheet.id, pile, zone);
      const asked = { requestId, payload: { zone }, reason: "death", containers: [pile], also };
      return askAlone(claim, asked, (holding) => moveAll(holding, own(claim), pile));
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
      return askAlone(claim, asked, (holding, bag) =>
        id === undefined
          ? takeWhatFits(holding, pile, bag)
          : (inOneOf(holding, id, [pile]) ?? holding.move(id, bag)),
      );
    },
    kill: (claim, requestId, { kind, zone, drops }) => {
      const ground = container.ground(zone);
      const also = (db: Db) => countKill(db, claim.sheet.id, kind);
      const asked = { requestId, payload: { kind, zone, drops }, reason: "kill", containers: [ground], also };
      return askAlone(claim, asked, (holding) => mintAll(holding, ground, drops));
    },
    kills: (claim) => answerWithin(killsOf(ds, claim.sheet.id)),
  };

  return {
    read: (claim) => answerWithin(stacksIn(ds, own(claim))),
    look: (claim) => answerWithin(heldBy(ds, claim.sheet.id, own(claim))),
    answered: (claim, requestId) => answerOf(ds, claim.sheet.id, requestId),
    readIn: (name) => answerWithin(stacksIn(ds, [name])),
    ...basics,
    ...shops,
    ...letters,
    ...deaths,
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function ownContainer(name: OwnContainer, { sheet }: Claim): string {
  return container[name](sheet.id);
}
