import { settingsOf } from "roomkeep/shared";
import { sketchSettings } from "../state.ts";
import { drawerOf, type Now } from "./facts.ts";
import { Paper } from "./paper.tsx";
import { Scores } from "./scores.tsx";
import { Clock, WordLine } from "./word-line.tsx";

/** What is above the picture: the time, the word, the round. */
export function Top({ now }: { now: Now }) {
  const { state } = now;
  const { rounds } = settingsOf(state, sketchSettings);
  return (
    <div class="sk-top">
      <Clock now={now} />
      {state.phase === "choose" ? <Chooses now={now} /> : <WordLine now={now} />}
      <span class="sk-round">
        Round {state.round} of {rounds}
      </span>
    </div>
  );
}

function Chooses({ now }: { now: Now }) {
  return (
    <span class="sk-chooses">
      <mark>{drawerOf(now.state)?.name ?? "Nobody"}</mark> chooses a word…
    </span>
  );
}

/** The picture as others see it, or the scores. */
export function Table({ now }: { now: Now }) {
  const { state } = now;
  if (state.phase === "scores") return <Scores now={now} />;
  return (
    <div class="sk-sheet">
      <Paper state={state} />
      {state.phase === "reveal" && (
        <p class="sk-answer">
          It was <mark>{state.answer}</mark>
        </p>
      )}
      {state.phase === "choose" && (
        <p class="sk-blank">Eyes on the paper: {drawerOf(state)?.name} is about to draw.</p>
      )}
    </div>
  );
}
