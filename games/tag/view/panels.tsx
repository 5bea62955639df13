import { type Signal, signal } from "@preact/signals";
import type { ViewContext } from "roomkeep/client";
import type { TagState } from "../state.ts";
import { type Facts, readFacts } from "./facts.ts";
import { Lobby, type Send } from "./lobby.tsx";
import { Clock, Countdown, Scores } from "./round.tsx";
import { style } from "./style.ts";

/** Shows the panels of tag and keeps them up to date. @returns removes them */
export function showPanels({ room, show }: ViewContext<TagState>): () => void {
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  const facts: Signal<Facts> = signal(readFacts(room));
  let last = "";
  const follow = () => {
    const next = readFacts(room);
    // Patches come twenty times a second; the panels change rarely.
    const text = JSON.stringify(next);
    if (text === last) return;
    last = text;
    facts.value = next;
  };
  follow();
  room.onStateChange(follow);
  const send: Send = (type, payload) => room.send(type, payload);
  show("side", () => facts.value.phase === "lobby" && <Lobby facts={facts.value} send={send} />);
  show("top", () => isUnderWay(facts.value) && <Clock facts={facts.value} />);
  show("center", () => <Center facts={facts.value} send={send} />);
  return () => {
    room.onStateChange.remove(follow);
    sheet.remove();
  };
}

const isUnderWay = ({ phase }: Facts) => phase === "countdown" || phase === "round";

function Center({ facts, send }: { facts: Facts; send: Send }) {
  if (facts.phase === "countdown") return <Countdown facts={facts} />;
  if (facts.phase === "scores") return <Scores facts={facts} send={send} />;
  return null;
}
