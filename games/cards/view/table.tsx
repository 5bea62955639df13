import { useState } from "preact/hooks";
import { COLORS } from "roomkeep/shared";
import { fits, rankOf, SUITS, WILD } from "../rules.ts";
import { Backs, Face, isCard, nameOf, Suit } from "./card.tsx";
import type { Facts, Player } from "./facts.ts";

/** The table during a round: the others, the piles, and on a player's page or phone the own hand. */
export function TableView({ facts }: { facts: Facts }) {
  const { players, place } = facts;
  return (
    <>
      <section
        class={`others of-${place === "screen" ? players.length : players.length - 1}`}
        aria-label="Players"
      >
        {players
          .filter(({ isMe }) => !isMe)
          .map((player) => (
            <Other key={player.id} player={player} />
          ))}
      </section>
      <Piles facts={facts} />
      {facts.me && <Own facts={facts} me={facts.me} />}
    </>
  );
}

function Other({ player: { name, color, count, points, hasTurn, away, bot } }: { player: Player }) {
  return (
    <article class={`other ${hasTurn ? "turn" : ""} ${away ? "away" : ""}`}>
      <Backs count={count} />
      <div class="plate">
        <i style={{ background: COLORS[color] }} />
        <b>{name}</b>
        <small>
          {away ? "away" : bot ? "bot" : ""} {points}
        </small>
      </div>
    </article>
  );
}

function Piles({ facts: { state, me, send } }: { facts: Facts }) {
  const mayDraw = me?.hasTurn === true && state.phase === "play" && !state.drawn;
  return (
    <section class="piles" aria-label="Table">
      <button
        type="button"
        class={`pile ${mayDraw ? "may" : ""}`}
        disabled={!mayDraw}
        aria-label={`Draw a card, ${state.pile} are left`}
        onClick={() => send("draw", {})}
      >
        <span class="leaf back" />
        <small>{state.pile}</small>
      </button>
      <span class="open" aria-live="polite">
        {isCard(state.top) && <Face key={state.top} card={state.top} />}
        {isCard(state.top) && rankOf(state.top) === WILD && (
          <span class="wish" title="The suit that was named">
            <Suit suit={state.suit} /> {SUITS[state.suit]}
          </span>
        )}
      </span>
    </section>
  );
}

/** What is to be done, the cards, and the buttons. */
function Own({ facts, me }: { facts: Facts; me: Player }) {
  const { state, hand, send } = facts;
  const [wild, setWild] = useState<number | undefined>(undefined);
  const isMine = me.hasTurn && state.phase === "play";
  const play = (card: number) => {
    if (rankOf(card) === WILD) setWild(card);
    else send("play", { card });
  };
  const wish = (suit: number) => {
    send("play", { card: wild, suit });
    setWild(undefined);
  };
  const isWishing = isMine && wild !== undefined && hand.includes(wild);
  return (
    <section class={`own ${isMine ? "turn" : ""}`} aria-label="Your hand">
      <p class="say" role="status">
        {isWishing ? "Which suit shall follow?" : sayingOf(facts, me)}
      </p>
      {isWishing ? (
        <div class="wishes">
          {SUITS.map((name, suit) => (
            <button key={name} type="button" class={`of-${suit}`} onClick={() => wish(suit)}>
              <Suit suit={suit} /> {name}
            </button>
          ))}
        </div>
      ) : (
        <div class="hand" style={{ "--of": hand.length } as never}>
          {hand.map((card, i) => (
            <button
              key={card}
              type="button"
              class="card-button"
              style={{ "--i": i - (hand.length - 1) / 2 } as never}
              disabled={!isMine || !fits(card, state)}
              aria-label={nameOf(card)}
              onClick={() => play(card)}
            >
              <Face card={card} />
            </button>
          ))}
        </div>
      )}
      <Deeds facts={facts} isMine={isMine} />
    </section>
  );
}

function Deeds({ facts: { state, me, send }, isMine }: { facts: Facts; isMine: boolean }) {
  const isAsked = state.phase === "undo" && state.lastBy !== me?.id && !me?.agrees;
  const mayUndo = state.phase === "play" && state.mayUndo && state.lastBy === me?.id;
  return (
    <div class="deeds">
      <span class="mine">{me?.points} points</span>
      {isAsked && (
        <>
          <button type="button" class="go" onClick={() => send("agree", { yes: true })}>
            Let it be taken back
          </button>
          <button type="button" onClick={() => send("agree", { yes: false })}>
            No
          </button>
        </>
      )}
      {mayUndo && (
        <button type="button" onClick={() => send("undo", {})}>
          Take it back…
        </button>
      )}
      {isMine && !state.drawn && (
        <button type="button" onClick={() => send("draw", {})}>
          Draw
        </button>
      )}
      {isMine && state.drawn && (
        <button type="button" class="go" onClick={() => send("pass", {})}>
          Pass
        </button>
      )}
    </div>
  );
}

function sayingOf({ state, players, hand }: Facts, me: Player): string {
  const asker = players.find(({ id }) => id === state.lastBy);
  if (state.phase === "undo") {
    if (asker?.isMe) return `The others are asked… ${state.secondsLeft} s`;
    return `${asker?.name} asks to take the last move back. ${state.secondsLeft} s`;
  }
  const time = state.secondsLeft > 0 ? ` ${timeOf(state.secondsLeft)}` : "";
  const last = state.last ? `${state.last}. ` : "";
  if (me.hasTurn) {
    const can = hand.some((card) => fits(card, state));
    return `${last}Your turn${can ? "" : state.drawn ? ": nothing fits, pass" : ": nothing fits, draw"}.${time}`;
  }
  const other = players.find(({ hasTurn }) => hasTurn);
  if (!other) return `${last}Dealing…`;
  return `${last}${other.name}'s turn${other.away ? ", who is away" : ""}.${time}`;
}

/** Whole seconds, minutes or hours. */
function timeOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`;
}
