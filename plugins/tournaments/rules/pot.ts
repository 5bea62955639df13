import { type Cup, type Goods, sharesOf } from "./cup.ts";

/** What a rank gets: out of the pot, and beside it. */
export interface Prize {
  readonly pot: Goods;
  readonly given: Goods;
}

/**
 * What the ranks of a tournament get. Shares of the pot are whole pieces; what is left over by that, and
 * what ranks that nobody has would get, goes to the first. Beside it stays what the shares leave of a hundred
 * percent.
 *
 * @param ranks how many ranks there are, at least one
 * @param entrants how many have paid the fee
 * @returns by rank, from the first on
 */
export function prizesOf(
  { prizes, fee }: Pick<Cup, "prizes" | "fee">,
  ranks: number,
  entrants: number,
): Prize[] {
  const due = (rank: number) => prizes.filter(({ ranks: [first, last] }) => first <= rank && rank <= last);
  const shares = Array.from({ length: ranks }, (_, at) =>
    due(at + 1).reduce((sum, { share }) => sum + Math.floor(share * 1e6), 0),
  );
  const total = sharesOf(prizes) * 1e6;
  const divide = (pieces: number): number[] => {
    // Whole numbers beyond 2^53 in between.
    const part = (share: number) => Number((BigInt(pieces) * BigInt(Math.round(share))) / 100_000_000n);
    const others = shares.slice(1).map(part);
    return [part(total) - others.reduce((sum, one) => sum + one, 0), ...others];
  };
  const coins = divide(fee.coins * entrants);
  const items = fee.items.map(({ template, qty }) => ({ template, parts: divide(qty * entrants) }));
  return shares.map((_, at) => ({
    pot: {
      coins: coins[at] ?? 0,
      items: items.flatMap(({ template, parts }) => {
        const qty = parts[at] ?? 0;
        return qty > 0 ? [{ template, qty }] : [];
      }),
    },
    given: {
      coins: due(at + 1).reduce((sum, one) => sum + one.coins, 0),
      items: due(at + 1).flatMap((one) => one.items),
    },
  }));
}

/** Whether there is anything of it. */
export const isSome = ({ coins, items }: Goods): boolean => coins > 0 || items.length > 0;
