import { COLORS } from "roomkeep/shared";
import type { QuizSeat, QuizState } from "../state.ts";

export const MARKS = ["A", "B", "C", "D"];

/** Seats by their points, best first. */
export const standings = ({ seats }: QuizState): QuizSeat[] =>
  [...seats.values()].sort((a, b) => b.points - a.points);

/** True while a question is on. */
export const isAsking = ({ phase }: QuizState): boolean => ["question", "buzz", "respond"].includes(phase);

/** Number, category and clock of the question. */
export function QuestionHead({ state }: { state: QuizState }) {
  return (
    <header class="quiz-head">
      <b>
        {state.number} / {state.of}
      </b>
      <span>{state.category}</span>
      {state.secondsLeft > 0 && <Clock seconds={state.secondsLeft} />}
    </header>
  );
}

function Clock({ seconds }: { seconds: number }) {
  return (
    <time class={`quiz-clock ${seconds <= 5 ? "soon" : ""}`} dateTime={`PT${seconds}S`}>
      {seconds}
    </time>
  );
}

/** The answers; from the reveal on the right one is lit, with how many chose it. */
export function Answers({ state }: { state: QuizState }) {
  const isOver = state.right >= 0;
  return (
    <ol class="quiz-answers">
      {[...state.choices].map((text, i) => (
        <li key={text} class={isOver ? (i === state.right ? "right" : "wrong") : ""}>
          <b>{MARKS[i]}</b>
          <span>{text}</span>
        </li>
      ))}
    </ol>
  );
}

/** The best so far. */
export function Standings({
  state,
  most,
  own,
}: {
  state: QuizState;
  most: number;
  own?: string | undefined;
}) {
  return (
    <ol class="quiz-standings">
      {standings(state)
        .slice(0, most)
        .map((seat, i) => (
          <li key={seat.id} class={seat.id === own ? "own" : ""}>
            <b>{i + 1}</b>
            <i style={{ background: COLORS[seat.color] }} />
            <span>{seat.name}</span>
            {seat.streak > 1 && <em>{seat.streak} in a row</em>}
            {seat.gained > 0 && <small>+{seat.gained}</small>}
            <strong>{seat.points}</strong>
          </li>
        ))}
    </ol>
  );
}

/** How many of those who are here have answered. */
export function answeredOf({ seats }: QuizState): string {
  const here = [...seats.values()].filter(({ away }) => !away);
  return `${here.filter(({ answered }) => answered).length} of ${here.length} have answered`;
}

/** Name of the one who buzzed first. */
export const buzzedName = ({ seats, turn }: QuizState): string => seats.get(turn)?.name ?? "";
