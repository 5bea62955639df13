import type { Refusal } from "../../shared/index.ts";
import type { Amount, Offer, PriceList, Stack } from "../../shared/internal.ts";
import type { Claim } from "./characters.ts";

export type { ItemTemplate, ItemTemplates } from "../../shared/index.ts";
export type { Amount, Offer, PriceList, Stack } from "../../shared/internal.ts";

/**
 * The answer to a request that was booked: what it changed, and whether it was booked before, when a lost
 * answer was asked for again.
 */
export interface Booked {
  /** Always true: a refusal has false here. */
  readonly ok: true;
  /**
   * All that is in bag and equipment now (of a trade: in both bags), and of other containers what changed.
   */
  readonly stacks: Stack[];
  /** Coins of the characters that took part, by character id. */
  readonly coins: Record<string, number>;
  /**
   * True: it was booked before, and `stacks` and `coins` are as they were then. {@link ItemPort.look} has
   * today's.
   */
  readonly repeated?: true;
}

/** A pile that has not been emptied. */
export interface PileLeft {
  readonly container: string;
  /** Character id and name of the dead player. */
  readonly owner: string;
  readonly name: string;
}

/** A death that has not been revived from. */
export interface Death {
  /** Container of everything that was carried. */
  readonly pile: string;
  readonly zone: string;
}

/** Containers of a character: carried, or in the bank. */
export type OwnContainer = "bag" | "equipment" | "bank";

/**
 * Items and coins of claimed characters. Each call is one transaction: it is booked whole, or refused with
 * nothing changed. Give each request an id of your own (1 to 100 printable characters, e.g. the client's): a
 * repetition with the same id gets the first answer and changes nothing. Commit first: change the room's
 * state from the answer.
 *
 * Every call that changes something may throw CHARACTER_FENCED (the claim was lost; nothing was changed) and
 * DATABASE_UNAVAILABLE (no answer; ask again with the same id).
 *
 * @example
 * const looted = await this.ports.items.grant(player.claim, message.requestId, "herb", 2, "loot");
 * if (!looted.ok) return looted; // refused: nothing changed
 */
export interface ItemPort {
  /** Stacks in bag and equipment. */
  /** Whether some game of the server has items of this kind. */
  knows(template: string): boolean;
  /** What is in bag and equipment. */
  read(claim: Claim): Promise<Stack[]>;
  /** Bag, equipment and purse as they are now, read together. */
  look(claim: Claim): Promise<Booked>;
  /** Stacks in any container, e.g. the ground of a zone. */
  readIn(container: string): Promise<Stack[]>;
  /** Makes items out of nothing into the bag: loot, a quest's reward. */
  grant(
    claim: Claim,
    requestId: string,
    template: string,
    qty: number,
    reason: string,
  ): Promise<Booked | Refusal>;
  /** Makes coins out of nothing; a negative amount destroys them. */
  grantCoins(claim: Claim, requestId: string, coins: number, reason: string): Promise<Booked | Refusal>;
  /** Destroys part of a stack in bag or equipment, or some of a kind in the bag: eaten, broken, shot. */
  use(claim: Claim, requestId: string, what: { id: string; qty: number } | Amount): Promise<Booked | Refusal>;
  /** Moves within and between bag, equipment and bank: sort, split, merge, swap, equip, take off, deposit. */
  move(
    claim: Claim,
    requestId: string,
    what: { id: string; to: OwnContainer; slot?: number; qty?: number },
  ): Promise<Booked | Refusal>;
  /**
   * Puts an item from bag or equipment on the ground of a zone, as a stack of its own: nothing merges there.
   */
  drop(
    claim: Claim,
    requestId: string,
    zone: string,
    what: { id: string; qty?: number },
  ): Promise<Booked | Refusal>;
  /** Takes an item from the ground of a zone; the room has checked that it is in reach. */
  pickUp(claim: Claim, requestId: string, zone: string, id: string): Promise<Booked | Refusal>;
  /**
   * Destroys items that were on the ground of a zone for long enough. Any claim will do: the ledger notes it.
   */
  clear(claim: Claim, requestId: string, zone: string, ids: readonly string[]): Promise<Booked | Refusal>;
  /** Swaps the offers of two players. The room calls it once both have agreed to exactly these offers. */
  trade(
    requestId: string,
    a: { claim: Claim; offer: Offer },
    b: { claim: Claim; offer: Offer },
  ): Promise<Booked | Refusal>;
  /**
   * The answer that a request of the character got before, or null: for a retry that cannot be booked the
   * same way again, e.g. a trade whose partner has left. Waits for the request if it is under way.
   */
  answered(claim: Claim, requestId: string): Promise<Booked | null>;
  /** Buys from a shop into the bag. */
  buy(claim: Claim, requestId: string, prices: PriceList, what: Amount): Promise<Booked | Refusal>;
  /** Sells from the bag to a shop. */
  sell(
    claim: Claim,
    requestId: string,
    prices: PriceList,
    what: { id: string; qty: number },
  ): Promise<Booked | Refusal>;
  /**
   * Sends items and coins to a character, who need not be live: the items into its mail, the coins into its
   * purse.
   */
  mail(claim: Claim, requestId: string, to: string, offer: Offer): Promise<Booked | Refusal>;
  /** Stacks in the mail of the character. */
  readMail(claim: Claim): Promise<Stack[]>;
  /** Takes an item out of the own mail. */
  takeMail(claim: Claim, requestId: string, id: string): Promise<Booked | Refusal>;
  /**
   * Puts everything in bag and equipment in a pile, once: until {@link ItemPort.revive} the character is
   * dead, a second death is refused, and so is everything else that takes or gives. Die and quit leaves one
   * pile.
   */
  die(claim: Claim, requestId: string, zone: string): Promise<Booked | Refusal>;
  /** The death from which the character was not revived yet, also after leaving and joining. */
  death(claim: Claim): Promise<Death | null>;
  /** The piles of a zone that are not empty. */
  piles(zone: string): Promise<PileLeft[]>;
  /** Ends the death; the pile stays where it is. */
  revive(claim: Claim, requestId: string): Promise<Booked | Refusal>;
  /** Takes one stack of a pile, or all that fits; the room has checked that the player may and reaches it. */
  loot(claim: Claim, requestId: string, pile: string, id?: string): Promise<Booked | Refusal>;
  /** Counts a kill and puts its drops on the ground of a zone, both once for each request. */
  kill(
    claim: Claim,
    requestId: string,
    what: { kind: string; zone: string; drops: readonly Amount[] },
  ): Promise<Booked | Refusal>;
  /** Kills by kind. */
  kills(claim: Claim): Promise<Record<string, number>>;
}
