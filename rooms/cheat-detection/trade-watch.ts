import type { Carrier } from "../../shared/index.ts";
import type { Trade } from "../items/trade-table.ts";
import type { Player } from "../player.ts";
import type { CheatSignal } from "./cheat-signals.ts";

/** Time after which a giver counts no more, ms. */
const REMEMBER_MS = 60_000;
/** Givers within that time that count for nothing: friends. */
const FRIENDS = 2;
/** Givers that are remembered for one player. */
const GIVERS_MAX = 32;

/**
 * Watches trades for gifts: something for nothing. A friend gives one now and then; accounts that were made
 * to collect, or were taken over, give to one player one after the other.
 *
 * @returns called with each trade that is done
 */
export function openTradeWatch<A extends Carrier>(
  now: () => number,
  suspect: (player: Player<A>, signal: CheatSignal, count: number) => void,
): (trade: Trade<A>) => void {
  /** By receiver: the accounts that gave, and when. */
  const givers = new WeakMap<Player<A>, Map<string, number>>();
  return ({ traders }) => {
    const [a, b] = traders;
    const giver = [a, b].find(({ offer }) => offer.items.length > 0 || offer.coins > 0);
    const receiver = giver === a ? b : a;
    if (!giver || receiver.offer.items.length > 0 || receiver.offer.coins > 0) return;
    const { accountId } = giver.player.claim.sheet;
    // Between the characters of one account.
    if (accountId === receiver.player.claim.sheet.accountId) return;
    const known = givers.get(receiver.player) ?? new Map<string, number>();
    givers.set(receiver.player, known);
    for (const [account, atMs] of known) if (now() - atMs > REMEMBER_MS) known.delete(account);
    if (known.has(accountId) || known.size >= GIVERS_MAX) return;
    known.set(accountId, now());
    suspect(receiver.player, "trade", Math.max(0, known.size - FRIENDS));
  };
}
