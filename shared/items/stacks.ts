/** Equal items in one slot of a container. */
export interface Stack<Container extends string = string> {
  /** Stays the same when the stack moves; a part that is split off gets a new one. */
  readonly id: string;
  /** Name of the kind, in the game's `items`. */
  readonly template: string;
  /** e.g. "bag:<character>", "ground:meadow"; in the page "bag" or "equipment" of the own character. */
  container: Container;
  /** Place in its container, from 0. */
  slot: number;
  /** How many, from 1 to what the kind stacks to. */
  qty: number;
}

/** A quantity of one kind of item. */
export interface Amount {
  readonly template: string;
  /** 1 and up. */
  readonly qty: number;
}

/** What one side of a trade or a mail gives: parts of stacks in the bag, and coins. */
export interface Offer {
  readonly items: readonly { readonly id: string; readonly qty: number }[];
  /** 0 and up. */
  readonly coins: number;
}

/**
 * Prices of one item in coins, 1 and up: `buy` is paid by the player, `sell` by the shop. A shop does not
 * trade an item that is not listed.
 */
export type PriceList = Readonly<Record<string, { readonly buy?: number; readonly sell?: number }>>;
