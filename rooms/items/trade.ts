import { randomUUID } from "node:crypto";
import { type Carrier, type Refusal, refuse, type TradeView } from "../../shared/index.ts";
import { itemMessages, type TradeEnd, type TradeSide } from "../../shared/internal.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { Player } from "../player.ts";
import type { Booked, ItemPort, Offer } from "../ports/ports.ts";
import type { ApplyAnswer, Ask } from "../simulation/async-results.ts";
import type { BookingQueue } from "./booking-queue.ts";
import { showCarried } from "./carried-items.ts";
import { living } from "./item-requests.ts";

/** What {@link openTrades} takes. */
export interface TradeOptions<A extends Carrier> {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly inbox: MessageRouter<Player<A>>;
  readonly items: () => ItemPort;
  readonly bookings: BookingQueue;
  onAnswer<About, T>(name: string, apply: ApplyAnswer<About, T>): Ask<About, T>;
  /** Who is farther apart than this does not trade, metres. */
  readonly reachM: number;
}

/** Where two players trade. */
export interface Trades<A extends Carrier> {
  /** Now and then: ends trades of those who are too far apart, away, travelling, dead or gone. */
  tend(): void;
  /** Somebody leaves, or lost the connection: their trade is over, unless it is being booked. */
  exit(player: Player<A>): void;
}

interface Side<A extends Carrier> {
  readonly player: Player<A>;
  offer: Offer;
  agreed: boolean;
}

interface Trade<A extends Carrier> {
  readonly id: string;
  version: number;
  readonly sides: readonly [Side<A>, Side<A>];
  /** Both have agreed: it is being booked, and nothing ends it but the answer. */
  booking: boolean;
}

/** How long somebody may think about an invitation to trade, ms. */
const ASKED_MS = 30_000;
const nothing = (): Offer => ({ items: [], coins: 0 });

/**
 * Opens a desk where two players trade: each offers, sees what the other offers, and agrees to exactly what both saw.
 * Trades are no part of the world: nothing changes hands before both legs are booked in one transaction, so none needs
 * to be kept, and none is in a recording but its answer.
 */
export function openTrades<A extends Carrier>(options: TradeOptions<A>): Trades<A> {
  const { players, inbox, bookings, reachM } = options;
  const trades = new Map<string, Trade<A>>();
  /** Who was asked by whom, until when: "asker>asked". */
  const asked = new Map<string, number>();

  const apart = ({ avatar: a }: Player<A>, { avatar: b }: Player<A>) =>
    Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
  const isHere = (player: Player<A>) =>
    players.get(player.sessionId) === player && !player.hold && !player.departure && !player.avatar.dead;
  const tell = (player: Player<A>, how: TradeEnd, reason: string) =>
    player.client.send("trade.ended", { how, reason });

  function mayMeet(player: Player<A>, other: Player<A> | undefined): Refusal | undefined {
    if (!other || other === player) return refuse("PLAYER_UNKNOWN");
    const { name } = other.avatar;
    if (!isHere(other)) return refuse("ACTION_REFUSED", `${name} cannot trade now.`);
    if (!(apart(player, other) <= reachM)) return refuse("ACTION_REFUSED", `${name} is too far away.`);
    if (trades.has(other.sessionId))
      return refuse("ACTION_REFUSED", `${name} is trading with somebody else.`);
    if (trades.has(player.sessionId)) return refuse("ACTION_REFUSED", "You are trading already.");
    return player.departure ? refuse("TRAVELLING") : living(player);
  }

  function open(a: Player<A>, b: Player<A>): void {
    asked.delete(`${a.sessionId}>${b.sessionId}`);
    asked.delete(`${b.sessionId}>${a.sessionId}`);
    const side = (player: Player<A>) => ({ player, offer: nothing(), agreed: false });
    const trade = { id: randomUUID(), version: 0, sides: [side(a), side(b)] as const, booking: false };
    for (const { sessionId } of [a, b]) trades.set(sessionId, trade);
    show(trade);
  }

  function show({ id, version, sides, booking }: Trade<A>): void {
    for (const [mine, theirs] of [sides, [sides[1], sides[0]] as const]) {
      const other = { session: theirs.player.sessionId, name: theirs.player.avatar.name };
      const view: TradeView = {
        id,
        version,
        with: other,
        mine: sideOf(mine),
        theirs: sideOf(theirs),
        booking,
      };
      mine.player.client.send("trade", view);
    }
  }

  function end(trade: Trade<A>, how: TradeEnd, reason: string): void {
    for (const { player } of trade.sides) {
      if (trades.get(player.sessionId) !== trade) continue;
      trades.delete(player.sessionId);
      tell(player, how, reason);
    }
  }

  /** Takes both consents back. */
  function reopen(trade: Trade<A>): void {
    trade.version += 1;
    trade.booking = false;
    for (const side of trade.sides) side.agreed = false;
    show(trade);
  }

  /** The open trade that a message names, with the own side of it. */
  function at(player: Player<A>, id: string): { trade: Trade<A>; mine: Side<A> } | Refusal {
    const trade = trades.get(player.sessionId);
    const mine = trade?.sides.find((side) => side.player === player);
    if (!trade || !mine || trade.id !== id) return refuse("TRADE_OVER");
    if (trade.booking) return refuse("ACTION_REFUSED", "It is being settled already.");
    return { trade, mine };
  }

  inbox.reply("trade.ask", itemMessages["trade.ask"], (player, { to }) => {
    const other = players.get(to);
    const refused = mayMeet(player, other);
    if (refused || !other) return refused;
    if ((asked.get(`${to}>${player.sessionId}`) ?? 0) > Date.now()) return open(other, player);
    for (const [key, until] of asked) if (until < Date.now()) asked.delete(key);
    asked.set(`${player.sessionId}>${to}`, Date.now() + ASKED_MS);
    other.client.send("trade.asked", { from: player.sessionId, name: player.avatar.name });
  });

  inbox.reply("trade.answer", itemMessages["trade.answer"], (player, { from, yes }) => {
    const key = `${from}>${player.sessionId}`;
    const other = players.get(from);
    if (!((asked.get(key) ?? 0) > Date.now()) || !other)
      return refuse("TRADE_OVER", "They do not ask any more.");
    const refused = yes ? mayMeet(player, other) : undefined;
    if (refused) return refused;
    if (yes) return open(other, player);
    asked.delete(key);
    tell(other, "cancelled", `${player.avatar.name} does not want to trade now.`);
  });

  inbox.reply("trade.offer", itemMessages["trade.offer"], (player, { trade: id, items, coins }) => {
    const found = at(player, id);
    if ("code" in found) return found;
    const { avatar } = player;
    if (new Set(items.map((item) => item.id)).size < items.length) return refuse("QUANTITY_INVALID");
    for (const item of items) {
      const stack = avatar.items.get(item.id);
      if (stack?.container !== "bag") return refuse("ITEM_MISSING", "It is not in your bag.");
      if (!(item.qty <= stack.qty)) return refuse("NOT_ENOUGH");
    }
    if (!(coins <= avatar.coins)) return refuse("NOT_ENOUGH", "You do not have so many coins.");
    found.mine.offer = { items, coins };
    reopen(found.trade);
  });

  inbox.reply("trade.agree", itemMessages["trade.agree"], (player, { trade: id, version }) => {
    const found = at(player, id);
    if ("code" in found) return found;
    const { trade, mine } = found;
    if (trade.version !== version) return refuse("ACTION_REFUSED", "The offer has changed: look again.");
    mine.agreed = true;
    trade.booking = trade.sides.every(({ agreed }) => agreed);
    show(trade);
    if (trade.booking) settle(trade);
  });

  inbox.reply("trade.cancel", itemMessages["trade.cancel"], (player, { trade: id }) => {
    const found = at(player, id);
    if ("code" in found) return found;
    end(found.trade, "cancelled", `${player.avatar.name} does not want to trade any more.`);
  });

  const ask = options.onAnswer<{ who: { session: string; character: string }[] }, Booked>(
    "trade",
    (answer, { who }) => {
      if (!answer.ok) return answer;
      for (const { session, character } of who) {
        const avatar = players.get(session)?.avatar;
        // A first answer tells both bags, and nothing of what is worn.
        if (avatar) showCarried(avatar, character, answer, ["bag"]);
      }
    },
  );

  /** Books both legs. While the database is away it is asked again: nobody knows before what has become of it. */
  function settle(trade: Trade<A>): void {
    const [a, b] = trade.sides;
    const both = [a.player, b.player];
    const who = both.map(({ sessionId, claim }) => ({ session: sessionId, character: claim.sheet.id }));
    const call = () =>
      options
        .items()
        .trade(
          `trade:${trade.id}:${trade.version}`,
          { claim: a.player.claim, offer: a.offer },
          { claim: b.player.claim, offer: b.offer },
        );
    const insists = () =>
      both.every((player) => players.get(player.sessionId) === player && !player.departure);
    void ask({ who }, () => bookings.book(both, `trade:${trade.id}:${trade.version}`, call, insists)).then(
      (refusal) => {
        if (!refusal) return end(trade, "done", "The trade is done.");
        if (!both.every(isHere)) return end(trade, "cancelled", "The trade was broken off.");
        const { code, reason } = refusal;
        for (const { client } of both) client.send("refused", { type: "trade.agree", code, reason });
        reopen(trade);
      },
    );
  }

  function sideOf({ player: { avatar }, offer, agreed }: Side<A>): TradeSide {
    const items = offer.items.map(({ id, qty }) => ({
      id,
      qty,
      template: avatar.items.get(id)?.template ?? "",
    }));
    return { items, coins: offer.coins, agreed };
  }

  return {
    tend() {
      for (const trade of new Set(trades.values())) {
        const [{ player: a }, { player: b }] = trade.sides;
        if (trade.booking) continue;
        const gone = [a, b].find((player) => !isHere(player));
        if (gone) end(trade, "cancelled", `${gone.avatar.name} is not there any more.`);
        else if (!(apart(a, b) <= reachM)) end(trade, "cancelled", "You are too far apart.");
      }
    },
    exit(player) {
      const trade = trades.get(player.sessionId);
      if (trade && !trade.booking) end(trade, "cancelled", `${player.avatar.name} has left.`);
    },
  };
}
