import { type Carrier, type Refusal, refuse } from "../../shared/index.ts";
import { itemMessages } from "../../shared/internal.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { Player } from "../player.ts";
import type { Offer } from "../ports/ports.ts";
import { living } from "./item-requests.ts";
import { openTradeBooking, type TradeBookingOptions } from "./trade-booking.ts";
import { openTradeTable, type TradeTable } from "./trade-table.ts";

/** Options of {@link openTrades}. */
export interface TradeOptions<A extends Carrier> extends TradeBookingOptions<A> {
  readonly inbox: MessageRouter<Player<A>>;
  /** Whether a player hears of an account: see `RoomPart.hears`. */
  hears(listener: Player<A>, speakerAccountId: string): boolean;
  /** Greatest distance between two players who trade, metres. */
  readonly reachM: number;
}

/** The trades of a room. */
export interface Trades<A extends Carrier> {
  /**
   * Ends trades of players who are too far apart, away, on the way out, dead or gone. Call it now and then.
   */
  update(): void;
  /** A player leaves, or lost the connection: the trade is over, unless it is being booked. */
  exit(player: Player<A>): void;
}

/** How long an invitation to trade is good, ms. */
const INVITATION_MS = 30_000;

/**
 * Opens trades between two players: each offers, sees what the other offers, and agrees to exactly what both
 * saw. Trades are no part of the world: nothing changes hands before both offers are booked in one
 * transaction, so a recording holds the answer of that booking and nothing else.
 */
export function openTrades<A extends Carrier>(options: TradeOptions<A>): Trades<A> {
  const { players, reachM } = options;
  const table = openTradeTable<A>();
  const isDeaf = (listener: Player<A>, speaker: Player<A>) =>
    !options.hears(listener, speaker.claim.sheet.accountId);
  const mayTrade = (player: Player<A>) =>
    players.get(player.sessionId) === player && !player.hold && !player.departure && !player.avatar.dead;
  const book = openTradeBooking(options, table, mayTrade);
  registerInvitations(options, table, mayTrade, isDeaf);
  registerOffers(options, table, book);

  return {
    update() {
      for (const trade of table.all()) {
        const [{ player: a }, { player: b }] = trade.traders;
        if (trade.booking) continue;
        const gone = [a, b].find((player) => !mayTrade(player));
        if (gone) table.end(trade, "cancelled", `${gone.avatar.name} is not there any more.`);
        // A block is not told: it looks as if the other one had gone on.
        else if (isDeaf(a, b) || isDeaf(b, a)) table.end(trade, "cancelled", "The trade is over.");
        else if (!(distanceM(a, b) <= reachM)) table.end(trade, "cancelled", "You are too far apart.");
      }
    },
    exit(player) {
      const trade = table.of(player);
      if (trade && !trade.booking) table.end(trade, "cancelled", `${player.avatar.name} has left.`);
    },
  };
}

function distanceM<A extends Carrier>({ avatar: a }: Player<A>, { avatar: b }: Player<A>): number {
  return Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
}

/** Messages by which one player invites another, and the other answers. */
function registerInvitations<A extends Carrier>(
  { players, inbox, reachM }: TradeOptions<A>,
  table: TradeTable<A>,
  mayTrade: (player: Player<A>) => boolean,
  isDeaf: (listener: Player<A>, speaker: Player<A>) => boolean,
): void {
  /** When each invitation ends, by the session ids of both: "from>to". */
  const invitations = new Map<string, number>();
  const isOpen = (key: string) => (invitations.get(key) ?? 0) > Date.now();

  function checkPair(player: Player<A>, other: Player<A> | undefined): Refusal | undefined {
    if (!other || other === player) return refuse("PLAYER_UNKNOWN");
    const { name } = other.avatar;
    if (!mayTrade(other)) return refuse("ACTION_REFUSED", `${name} cannot trade now.`);
    if (!(distanceM(player, other) <= reachM)) return refuse("ACTION_REFUSED", `${name} is too far away.`);
    if (table.of(other)) return refuse("ACTION_REFUSED", `${name} is trading with another player.`);
    if (table.of(player)) return refuse("ACTION_REFUSED", "You are trading already.");
    return player.departure ? refuse("TRAVELLING") : living(player);
  }

  function open(a: Player<A>, b: Player<A>): void {
    invitations.delete(`${a.sessionId}>${b.sessionId}`);
    invitations.delete(`${b.sessionId}>${a.sessionId}`);
    table.open(a, b);
  }

  inbox.reply("trade.ask", itemMessages["trade.ask"], (player, { to }) => {
    const other = players.get(to);
    const refusal = checkPair(player, other);
    if (refusal || !other) return refusal;
    // Who is blocked asks as ever, and the other one does not hear of it.
    if (isDeaf(other, player)) return undefined;
    if (isOpen(`${to}>${player.sessionId}`)) return open(other, player);
    for (const key of invitations.keys()) if (!isOpen(key)) invitations.delete(key);
    invitations.set(`${player.sessionId}>${to}`, Date.now() + INVITATION_MS);
    other.client.send("trade.asked", { from: player.sessionId, name: player.avatar.name });
  });

  inbox.reply("trade.answer", itemMessages["trade.answer"], (player, { from, yes }) => {
    const key = `${from}>${player.sessionId}`;
    const other = players.get(from);
    if (!isOpen(key) || !other || isDeaf(other, player))
      return refuse("TRADE_OVER", "They do not ask any more.");
    const refusal = yes ? checkPair(player, other) : undefined;
    if (refusal) return refusal;
    if (yes) return open(other, player);
    invitations.delete(key);
    const reason = `${player.avatar.name} does not want to trade now.`;
    other.client.send("trade.ended", { how: "cancelled", reason });
  });
}

/** Messages of an open trade: offer, agree, cancel. */
function registerOffers<A extends Carrier>(
  { inbox }: TradeOptions<A>,
  table: TradeTable<A>,
  book: ReturnType<typeof openTradeBooking<A>>,
): void {
  inbox.reply("trade.offer", itemMessages["trade.offer"], (player, { trade: id, items, coins }) => {
    const found = table.find(player, id);
    if ("code" in found) return found;
    const refusal = checkOffer(player.avatar, { items, coins });
    if (refusal) return refusal;
    found.own.offer = { items, coins };
    table.reopen(found.trade);
  });

  inbox.reply("trade.agree", itemMessages["trade.agree"], (player, { trade: id, version }) => {
    const found = table.find(player, id);
    if ("code" in found) return found;
    const { trade, own } = found;
    if (trade.version !== version) return refuse("ACTION_REFUSED", "The offer has changed: look again.");
    own.agreed = true;
    trade.booking = trade.traders.every(({ agreed }) => agreed);
    table.show(trade);
    if (trade.booking) book(trade);
  });

  inbox.reply("trade.cancel", itemMessages["trade.cancel"], (player, { trade: id }) => {
    const found = table.find(player, id);
    if ("code" in found) return found;
    table.end(found.trade, "cancelled", `${player.avatar.name} does not want to trade any more.`);
  });
}

/** Refuses an offer of more than the avatar has. */
function checkOffer(avatar: Carrier, { items, coins }: Offer): Refusal | undefined {
  if (new Set(items.map(({ id }) => id)).size < items.length) return refuse("QUANTITY_INVALID");
  for (const { id, qty } of items) {
    const stack = avatar.items.get(id);
    if (stack?.container !== "bag") return refuse("ITEM_MISSING", "It is not in your bag.");
    if (!(qty <= stack.qty)) return refuse("NOT_ENOUGH");
  }
  if (!(coins <= avatar.coins)) return refuse("NOT_ENOUGH", "You do not have so many coins.");
  return undefined;
}
