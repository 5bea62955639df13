import { type BotAction, defineBots, type SeatView } from "roomkeep/rooms";
import { fits, rankOf, SUITS, suitOf, WILD } from "./rules.ts";
import type { CardsState } from "./state.ts";

/** Plays what fits and keeps wild cards for later; lets others take a move back. */
export const cardsBots = defineBots<CardsState>({ fillTo: 2, thinkS: [0.8, 2], bot: think });

function think({ me, state, random }: SeatView<CardsState>): BotAction | undefined {
  const seat = state.seats.get(me);
  if (!seat) return undefined;
  if (state.phase === "undo") return seat.agrees ? undefined : { type: "agree", message: { yes: true } };
  if (state.phase !== "play" || state.turn !== me) return undefined;
  const hand = [...seat.hand];
  const fitting = hand.filter((card) => fits(card, state));
  const plain = fitting.filter((card) => rankOf(card) !== WILD);
  const from = plain.length > 0 ? plain : fitting;
  const card = from[Math.floor(random() * from.length)];
  if (card !== undefined) return { type: "play", message: { card, suit: longest(hand) } };
  return { type: state.drawn ? "pass" : "draw", message: {} };
}

/** The suit of most cards. */
function longest(hand: readonly number[]): number {
  const counts = SUITS.map((_, suit) => hand.filter((card) => suitOf(card) === suit).length);
  return counts.indexOf(Math.max(...counts));
}
