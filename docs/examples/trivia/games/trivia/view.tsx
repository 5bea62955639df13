import { definePad, definePanelView, type PanelViewContext } from "roomkeep/client";
import type { TriviaState } from "./state.ts";

const pad = definePad<TriviaState, { answer: { choice: string }; ready: { ready: boolean } }>({
  title: ({ state }) => (state.phase === "lobby" ? "Are you in?" : state.question),
  hint: ({ state, me }) => state.right || `${me?.points ?? 0} points`,
  choices: {
    when: ({ state }) => state.phase === "ask",
    of: ({ state }) => [...state.answers].map((value) => ({ value, label: value })),
    send: "answer",
  },
  buttons: [
    { label: "Ready", when: ({ state }) => state.phase === "lobby", send: "ready", payload: { ready: true } },
  ],
});
const screen = (_root: HTMLElement, { room: { state }, show }: PanelViewContext<TriviaState>) =>
  void show(() => (
    <section class="sheet">
      <h1>{`${state.question || "Who knows?"} ${state.right}`}</h1>
      <p>{[...state.seats.values()].map(({ name, points }) => `${name} ${points}`).join(", ")}</p>
    </section>
  ));
export const triviaView = definePanelView<TriviaState>({ title: "Trivia", mount: pad, screen, pad });
