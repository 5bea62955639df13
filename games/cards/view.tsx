import { definePanelView, type MountPanel } from "roomkeep/client";
import type { CardsState } from "./state.ts";
import { type Facts, factsOf } from "./view/facts.ts";
import { Lobby } from "./view/lobby.tsx";
import { Points } from "./view/points.tsx";
import { cardsStyle } from "./view/style.ts";
import { TableView } from "./view/table.tsx";

/** ms of vibration and pause: your turn. */
const BUZZ = [70, 50, 70];

function Game({ facts }: { facts: Facts }) {
  const { state, place } = facts;
  return (
    <div class={`last-leaf ${place}`} data-phase={state.phase}>
      <Phase facts={facts} />
      {place === "screen" && state.phase !== "lobby" && <p class="say">{state.last}</p>}
    </div>
  );
}

function Phase({ facts }: { facts: Facts }) {
  const { phase } = facts.state;
  if (phase === "lobby" || phase === "") return <Lobby facts={facts} />;
  if (phase === "count" || phase === "over") return <Points facts={facts} />;
  return <TableView facts={facts} />;
}

/** The same table in each place: a page and a phone show the own hand, a screen that of nobody. */
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
  show(() => <Game facts={factsOf(context)} />);
  return undefined;
};

/** The page of Last Leaf. */
export const cardsView = definePanelView<CardsState>({ title: "Last Leaf", style: cardsStyle, mount });
