import { DECK, RANKS, rankOf, SKIP, SUITS, suitOf, TAKE_TWO, WILD } from "../rules.ts";

/** The pictures of the suits, in a square of 24. */
const PICTURES = [
  <g key="sun">
    <circle cx="12" cy="12" r="5" />
    {Array.from({ length: 8 }, (_, i) => (
      <rect key={i} x="11" y="1" width="2" height="4.2" rx="1" transform={`rotate(${i * 45} 12 12)`} />
    ))}
  </g>,
  <path
    key="leaf"
    d="M12 1.5C4.5 6 3 13 6 17.5c1.2 1.7 3 2.8 5 3V23h2v-2.5c2-.2 3.8-1.3 5-3C21 13 19.5 6 12 1.5Zm-.8 6h1.6v10h-1.6Z"
  />,
  <path
    key="wave"
    d="M1 10c3-5 6-5 9-1.5S16 12 23 6v4.5c-5 5-9 5-13 1.5-3-2.7-6-1.5-9 2Zm0 8c3-5 6-5 9-1.5s6 3.5 13-2.5v4.5c-5 5-9 5-13 1.5-3-2.7-6-1.5-9 2Z"
  />,
  <path
    key="berry"
    d="M12 9C12.3 5 14 2.5 18 1.5l.6 1.7C15.5 4.2 14 6 13.6 9.3A4.6 4.6 0 0 1 20 17a4.6 4.6 0 0 1-6.6 3.8 4.7 4.7 0 0 1-2.8 0A4.6 4.6 0 0 1 4 17a4.6 4.6 0 0 1 8-8Z"
  />,
];

/** The picture of a suit. */
export function Suit({ suit }: { suit: number }) {
  return (
    <svg viewBox="0 0 24 24" class={`suit of-${suit}`} aria-hidden="true">
      {PICTURES[suit]}
    </svg>
  );
}

/** What a special card does, in a sign. */
const SIGNS: Readonly<Record<number, string>> = { [WILD]: "any", [TAKE_TWO]: "+2", [SKIP]: "skip" };

/** Name of a card for those who do not see it. */
export const nameOf = (card: number): string => {
  const rank = rankOf(card);
  const sign = SIGNS[rank];
  return `${SUITS[suitOf(card)]} ${rank}${sign ? ` (${sign})` : ""}`;
};

/** The face of a card. */
export function Face({ card }: { card: number }) {
  const suit = suitOf(card);
  const rank = rankOf(card);
  const sign = SIGNS[rank];
  return (
    <span class={`leaf face of-${suit} ${rank === WILD ? "wild" : ""}`} data-card={card}>
      <b class="corner">{rank}</b>
      {rank === WILD ? (
        <span class="four">
          {SUITS.map((name, i) => (
            <Suit key={name} suit={i} />
          ))}
        </span>
      ) : (
        <Suit suit={suit} />
      )}
      {sign && <em>{sign}</em>}
      <b class="corner below">{rank}</b>
    </span>
  );
}

/** So many cards face down, one over the other. */
export function Backs({ count }: { count: number }) {
  const shown = Math.min(count, RANKS);
  return (
    <span class="backs" style={{ "--of": shown } as never} role="img" aria-label={`${count} cards`}>
      {Array.from({ length: shown }, (_, i) => (
        <span key={i} class="leaf back" style={{ "--i": i - (shown - 1) / 2 } as never} />
      ))}
    </span>
  );
}

/** True for a card of the deck. */
export const isCard = (card: number): boolean => card >= 0 && card < DECK;
