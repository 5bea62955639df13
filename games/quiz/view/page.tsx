import type { PanelViewContext } from "roomkeep/client";
import type { QuizState } from "../state.ts";
import { Settings } from "./pad.tsx";
import { Answers, answeredOf, buzzedName, isAsking, MARKS, QuestionHead, Standings } from "./parts.tsx";

type Context = PanelViewContext<QuizState>;

/** The quiz in a plain browser: question, answers and standings in one sheet. */
export function showPage(_root: HTMLElement, context: Context): undefined {
  context.show(() => (
    <section class="quiz" data-phase={context.room.state.phase}>
      <Sheet context={context} />
    </section>
  ));
}

function Sheet({ context }: { context: Context }) {
  const { state } = context.room;
  const me = context.me();
  if (state.phase === "lobby" || state.phase === "") return <Lobby context={context} />;
  if (state.phase === "scores")
    return (
      <>
        <h1>The end</h1>
        <Standings state={state} most={20} own={me?.id} />
        {state.leader === me?.id && (
          <button type="button" class="go" onClick={() => context.send("rematch", {})}>
            Again!
          </button>
        )}
      </>
    );
  return (
    <>
      <QuestionHead state={state} />
      <h1 class="quiz-text">{state.phase === "ready" ? "Get ready" : state.text}</h1>
      <Question context={context} />
      {isAsking(state) && <p>{answeredOf(state)}</p>}
      {state.phase === "reveal" && <Standings state={state} most={8} own={me?.id} />}
    </>
  );
}

function Question({ context }: { context: Context }) {
  const { state } = context.room;
  const me = context.me();
  if (state.phase === "buzz")
    return (
      <button
        type="button"
        class="go quiz-buzz"
        disabled={me?.answered}
        onClick={() => context.send("buzz", {})}
      >
        Buzz!
      </button>
    );
  const isMine = state.phase === "question" || (state.phase === "respond" && state.turn === me?.id);
  if (!isMine || me?.answered)
    return (
      <>
        {state.phase === "respond" && <p class="quiz-call">{buzzedName(state)} answers</p>}
        <Answers state={state} />
      </>
    );
  return (
    <div class="quiz-choose">
      {[...state.choices].map((text, choice) => (
        <button key={text} type="button" onClick={() => context.send("answer", { choice })}>
          <b>{MARKS[choice]}</b> {text}
        </button>
      ))}
    </div>
  );
}

function Lobby({ context }: { context: Context }) {
  const { state } = context.room;
  const me = context.me();
  const leads = state.leader === me?.id;
  return (
    <>
      <h1>Who knows most?</h1>
      <p>Share the code {context.share.code}: phones answer, a TV shows the questions.</p>
      {leads && <Settings now={{ state, me, context }} />}
      <ul class="quiz-people">
        {[...state.seats.values()].map(({ id, name, ready }) => (
          <li key={id}>
            {name} {ready && "✓"}
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => context.send("ready", { ready: !me?.ready })}>
        {me?.ready ? "I am ready ✓" : "I am ready"}
      </button>{" "}
      {leads && (
        <button type="button" class="go" onClick={() => context.send("start", {})}>
          Start
        </button>
      )}
    </>
  );
}
