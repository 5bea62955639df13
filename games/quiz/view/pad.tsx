import { definePad, type PadNow } from "roomkeep/client";
import { settingsOf } from "roomkeep/shared";
import { quizSettings } from "../settings.ts";
import type { QuizMessages, QuizState } from "../state.ts";
import { buzzedName, MARKS, standings } from "./parts.tsx";

type Now = PadNow<QuizState>;

const isMine = ({ state, me }: Now) => state.turn !== "" && state.turn === me?.id;
const leads = ({ state, me }: Now) => state.leader === me?.id;
const mayAnswer = (now: Now) =>
  now.state.choices.length > 0 &&
  !now.me?.answered &&
  (now.state.phase === "question" || (now.state.phase === "respond" && isMine(now)));

/** The own choice stays until the next question. */
const hasChosen = ({ state, me }: Now) =>
  (me?.choice ?? -1) >= 0 && ["question", "respond", "reveal"].includes(state.phase);

function titleOf(now: Now): string {
  const { state, me } = now;
  if (state.phase === "ready") return state.category;
  if (state.phase === "reveal") return me?.gained ? `+${me.gained}` : "Not this time";
  if (state.phase === "scores") return placeOf(now);
  if (state.phase === "respond" && !isMine(now)) return `${buzzedName(state)} answers`;
  return state.text || "Are you in?";
}

function hintOf(now: Now): string {
  const { state, me } = now;
  if (state.phase === "lobby")
    return leads(now) ? "You lead: set the quiz, then start." : "Look at the screen.";
  if (state.phase === "ready") return `Question ${state.number} of ${state.of}`;
  if (state.phase === "reveal") return `Right was: ${state.choices[state.right] ?? ""}`;
  if (me?.answered && state.phase === "question") return "Answered. Look at the screen.";
  return `${me?.points ?? 0} points`;
}

function placeOf({ state, me }: Now): string {
  const place = standings(state).findIndex(({ id }) => id === me?.id) + 1;
  return place === 1 ? "You win!" : `Place ${place}`;
}

/** A phone in the quiz. */
export const quizPad = definePad<QuizState, QuizMessages>({
  title: titleOf,
  hint: hintOf,
  show: (now) => now.state.phase === "lobby" && leads(now) && <Settings now={now} />,
  choices: {
    when: (now) => mayAnswer(now) || hasChosen(now),
    disabled: (now) => !mayAnswer(now),
    of: ({ state }) =>
      [...state.choices].map((label, i) => ({ value: String(i), label: `${MARKS[i]}  ${label}` })),
    chosen: ({ me }) => (me && me.choice >= 0 ? String(me.choice) : undefined),
    send: "answer",
    payload: (value) => ({ choice: Number(value) }),
  },
  buttons: [
    {
      label: "Buzz!",
      when: ({ state, me }) => state.phase === "buzz" && !me?.answered,
      go: true,
      send: "buzz",
    },
    {
      label: ({ me }) => (me?.ready ? "I am ready ✓" : "I am ready"),
      when: ({ state }) => state.phase === "lobby",
      go: ({ me }) => !me?.ready,
      send: "ready",
      payload: ({ me }) => ({ ready: !me?.ready }),
    },
    { label: "Start", when: (now) => now.state.phase === "lobby" && leads(now), send: "start" },
    { label: "Again!", when: (now) => now.state.phase === "scores" && leads(now), go: true, send: "rematch" },
  ],
  buzz: (now) => mayAnswer(now) || now.state.phase === "buzz",
});

const LENGTHS = [5, 8, 12, 20];
const SECONDS = [10, 15, 20, 30];

/** What the leader sets. */
export function Settings({ now: { state, context } }: { now: Now }) {
  const settings = settingsOf(state, quizSettings);
  const set = (change: Partial<typeof settings>) => context.send("settings", change);
  return (
    <form class="quiz-settings">
      <Choice
        label="Questions"
        of={LENGTHS}
        value={settings.questions}
        set={(questions) => set({ questions })}
      />
      <Choice label="Seconds" of={SECONDS} value={settings.seconds} set={(seconds) => set({ seconds })} />
      <label>
        Category
        <select value={settings.category} onChange={(event) => set({ category: event.currentTarget.value })}>
          <option value="">All</option>
          {[...state.categories].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
    </form>
  );
}

interface ChoiceProps {
  label: string;
  of: readonly number[];
  value: number;
  set(value: number): void;
}

function Choice({ label, of, value, set }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => set(Number(event.currentTarget.value))}>
        {of.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </label>
  );
}
