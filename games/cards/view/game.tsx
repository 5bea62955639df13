import type { Facts } from "./facts.ts";
import { Lobby } from "./lobby.tsx";
import { Points } from "./points.tsx";
import { TableView } from "./table.tsx";

/** What a place shows of the match: a page and a phone the own hand, a screen that of nobody. */
export function Game({ facts }: { facts: Facts }) {
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
