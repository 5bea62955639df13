import { createElement } from "preact";
import { definePanelView, type MountPanel } from "roomkeep/client";
import type { CardsState } from "./state.ts";
import { factsOf } from "./view/facts.ts";
import { Game } from "./view/game.tsx";
import { cardsStyle } from "./view/style.ts";

/** ms of vibration and pause: your turn. */
const BUZZ = [70, 50, 70];

const mount: MountPanel<CardsState> = (_root, context) => {
  const { room, onChange, show, invite, vibrate } = context;
  let hadTurn = false;
  const follow = () => {
    const hasTurn = room.state.turn === room.sessionId;
    if (hasTurn && !hadTurn) vibrate(BUZZ);
    hadTurn = hasTurn;
    invite(room.state.phase === "lobby" ? "large" : "bar");
  };
  follow();
  onChange(follow);
  show(() => createElement(Game, { facts: factsOf(context) }));
  return undefined;
};

/** The page of Last Leaf: the same table in each place, laid out for it. */
export const cardsView = definePanelView<CardsState>({ title: "Last Leaf", style: cardsStyle, mount });
