/** The suits, by their numbers. */
export const SUITS = ["Sun", "Leaf", "Wave", "Berry"] as const;
/** Ranks of each suit, from 1. */
export const RANKS = 12;
/** Cards of the whole deck, numbered from 0: all of a suit, then those of the next. */
export const DECK = SUITS.length * RANKS;
/** No card. */
export const NONE = 255;
/** Fits everything, and names the suit that goes on. */
export const WILD = 8;
/** The next player takes two cards and has no turn. */
export const TAKE_TWO = 2;
/** The next player has no turn. */
export const SKIP = 11;

export const suitOf = (card: number): number => Math.floor(card / RANKS);
export const rankOf = (card: number): number => (card % RANKS) + 1;

/** What lies on the table: the open card, and the suit that a wild one has named. */
export interface Open {
  readonly top: number;
  readonly suit: number;
}

/** Whether a card may be played. */
export function fits(card: number, { top, suit }: Open): boolean {
  if (rankOf(card) === WILD) return true;
  // A wild card is followed by suit alone.
  return suitOf(card) === suit || (rankOf(top) !== WILD && rankOf(card) === rankOf(top));
}

/** What a card in the hand costs at the end of a round. */
export function pointsOf(card: number): number {
  const rank = rankOf(card);
  if (rank === WILD) return 25;
  return rank === TAKE_TWO || rank === SKIP ? 15 : rank;
}

/** Cards that each is dealt: fewer where the deck is short, so that some are left to be drawn. */
export function dealtTo(players: number, wanted: number): number {
  return Math.min(wanted, Math.floor((DECK - 8) / players));
}
