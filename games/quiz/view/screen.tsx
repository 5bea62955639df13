import type { PanelViewContext } from "roomkeep/client";
import { settingsOf } from "roomkeep/shared";
import { quizSettings } from "../settings.ts";
import type { QuizState } from "../state.ts";
import { Answers, answeredOf, buzzedName, isAsking, QuestionHead, Standings, standings } from "./parts.tsx";

/** The quiz as the room sees it. */
export function showScreen(_root: HTMLElement, context: PanelViewContext<QuizState>): undefined {
  const { room, show, invite, onChange } = context;
  const follow = () => invite(["lobby", ""].includes(room.state.phase) ? "large" : "side");
  follow();
  onChange(follow);
  show(() => (
    <div class="quiz" data-phase={room.state.phase}>
      <Board state={room.state} />
    </div>
  ));
}

function Board({ state }: { state: QuizState }) {
  if (state.phase === "scores") return <Podium state={state} />;
  if (state.phase === "ready") return <GetReady state={state} />;
  if (state.phase === "lobby" || state.phase === "") return <Lobby state={state} />;
  return (
    <>
      <QuestionHead state={state} />
      <h1 class="quiz-text">{state.text}</h1>
      {state.phase === "buzz" && <p class="quiz-call">Buzz in!</p>}
      {state.phase === "respond" && <p class="quiz-call">{buzzedName(state)} answers</p>}
      <Answers state={state} />
      {state.phase === "reveal" ? (
        <Standings state={state} most={5} />
      ) : (
        <p>{isAsking(state) && answeredOf(state)}</p>
      )}
    </>
  );
}

function Lobby({ state }: { state: QuizState }) {
  const { questions, seconds, category } = settingsOf(state, quizSettings);
  return (
    <>
      <h1 class="quiz-text">Who knows most?</h1>
      <p>
        {questions} questions{category && ` on ${category.toLowerCase()}`}, {seconds} seconds each
      </p>
    </>
  );
}

function GetReady({ state }: { state: QuizState }) {
  return (
    <div class="quiz-ready">
      <p>
        Question {state.number} of {state.of}
      </p>
      <h1>{state.category}</h1>
      <p>{state.isBuzzer ? "First to buzz answers" : "Everybody answers"}</p>
      <strong>{state.secondsLeft}</strong>
    </div>
  );
}

function Podium({ state }: { state: QuizState }) {
  const [best] = standings(state);
  return (
    <>
      <h1 class="quiz-text">{best ? `${best.name} wins!` : "The end"}</h1>
      <Standings state={state} most={10} />
    </>
  );
}
