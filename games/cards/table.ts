import { DECK, NONE } from "./rules.ts";
import type { CardsSeat, CardsState } from "./state.ts";

/** The table as it was before a move. JSON: it is kept with the match. */
export interface Before {
  /** Hands, by the places of their seats. */
  readonly hands: readonly (readonly [place: number, cards: readonly number[]])[];
  readonly deck: readonly number[];
  readonly discards: readonly number[];
  readonly top: number;
  readonly suit: number;
  readonly drawn: boolean;
  /** Place of the seat whose turn it was. */
  readonly turn: number;
}

/** The cards that nobody sees: what is left to be drawn, and what was played. */
export class Table {
  deck: number[] = [];
  discards: number[] = [];
  readonly #state: CardsState;
  readonly #random: () => number;

  /** @param random from 0 to 1 */
  constructor(state: CardsState, random: () => number) {
    this.#state = state;
    this.#random = random;
  }

  /** Seats in their order about the table. */
  get seats(): CardsSeat[] {
    return [...this.#state.seats.values()].sort((a, b) => a.place - b.place);
  }

  /** Shuffles, deals, and opens a card. */
  deal(cards: number): void {
    this.deck = this.#shuffled(Array.from({ length: DECK }, (_, card) => card));
    this.discards = [];
    this.#state.top = NONE;
    for (const seat of this.seats) {
      seat.hand.clear();
      seat.count = 0;
      for (let i = 0; i < cards; i++) this.draw(seat);
    }
    this.open(this.deck.pop() ?? NONE);
    this.#count();
  }

  /** Puts a card on those that were played. */
  open(card: number): void {
    const { top } = this.#state;
    if (top !== NONE) this.discards.push(top);
    this.#state.top = card;
    this.#state.suit = Math.floor(card / (DECK / 4));
  }

  /** The next card goes into a hand. @returns false: there is none, not even among those that were played */
  draw(seat: CardsSeat): boolean {
    if (this.deck.length === 0) this.deck = this.#shuffled(this.discards.splice(0));
    const card = this.deck.pop();
    if (card !== undefined) seat.hand.push(card);
    seat.count = seat.hand.length;
    this.#count();
    return card !== undefined;
  }

  before(turn: number): Before {
    const { top, suit, drawn } = this.#state;
    return {
      hands: this.seats.map(({ place, hand }) => [place, [...hand]] as const),
      deck: [...this.deck],
      discards: [...this.discards],
      top,
      suit,
      drawn,
      turn,
    };
  }

  /** Makes the table what it was. Who drew has seen the card, so the pile is shuffled. */
  restore({ hands, deck, discards, top, suit, drawn }: Before): void {
    const byPlace = new Map(hands);
    for (const seat of this.seats) {
      const hand = byPlace.get(seat.place) ?? [];
      seat.hand.clear();
      seat.hand.push(...hand);
      seat.count = hand.length;
    }
    this.deck = deck.length === this.deck.length ? [...deck] : this.#shuffled([...deck]);
    this.discards = [...discards];
    Object.assign(this.#state, { top, suit, drawn });
    this.#count();
  }

  #count(): void {
    this.#state.pile = this.deck.length;
  }

  #shuffled(cards: number[]): number[] {
    for (let i = cards.length - 1; i > 0; i--) {
      const j = Math.floor(this.#random() * (i + 1));
      [cards[i], cards[j]] = [cards[j] as number, cards[i] as number];
    }
    return cards;
  }
}
