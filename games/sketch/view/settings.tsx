import { useState } from "preact/hooks";
import { settingsOf } from "roomkeep/shared";
import { sketchSettings } from "../state.ts";
import { leads, type Now } from "./facts.ts";

/** The settings of the room: all see them, the leader changes them. */
export function Settings({ now }: { now: Now }) {
  const { state, context } = now;
  const { rounds, seconds, onlyOwn } = settingsOf(state, sketchSettings);
  const isLeader = leads(now);
  const set = (change: object) => context.send("settings", change);
  return (
    <section class="sk-settings" aria-label="Settings">
      <Stepper
        label="Rounds"
        value={rounds}
        step={1}
        least={1}
        most={5}
        set={isLeader ? (next) => set({ rounds: next }) : undefined}
      />
      <Stepper
        label="Seconds to draw"
        value={seconds}
        step={10}
        least={30}
        most={180}
        set={isLeader ? (next) => set({ seconds: next }) : undefined}
      />
      {isLeader ? (
        <OwnWords now={now} onlyOwn={onlyOwn} />
      ) : (
        <p class="row">
          <span>Own words</span>
          <b>{state.ownWords === 0 ? "none" : `${state.ownWords}${onlyOwn ? " only" : ""}`}</b>
        </p>
      )}
    </section>
  );
}

interface StepperProps {
  label: string;
  value: number;
  step: number;
  least: number;
  most: number;
  /** Undefined: it is only shown. */
  set?: ((value: number) => void) | undefined;
}

function Stepper({ label, value, step, least, most, set }: StepperProps) {
  return (
    <p class="row">
      <span>{label}</span>
      {set && (
        <button
          type="button"
          aria-label={`${label}: less`}
          disabled={value - step < least}
          onClick={() => set(value - step)}
        >
          −
        </button>
      )}
      <b>{value}</b>
      {set && (
        <button
          type="button"
          aria-label={`${label}: more`}
          disabled={value + step > most}
          onClick={() => set(value + step)}
        >
          +
        </button>
      )}
    </p>
  );
}

/** The leader's own words: nobody is shown them, not even the leader again. */
function OwnWords({ now, onlyOwn }: { now: Now; onlyOwn: boolean }) {
  const { state, context } = now;
  const [text, setText] = useState("");
  return (
    <details class="own">
      <summary>
        Own words: <b>{state.ownWords || "none"}</b>
      </summary>
      <textarea
        aria-label="Own words"
        rows={3}
        maxLength={4_000}
        placeholder="our garden, Aunt Jane, the red car…"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="row">
        <button
          type="button"
          class={onlyOwn ? "on" : ""}
          aria-pressed={onlyOwn}
          onClick={() => context.send("settings", { onlyOwn: !onlyOwn })}
        >
          {onlyOwn ? "Only these ✓" : "Only these"}
        </button>
        <button
          type="button"
          onClick={() => {
            context.send("words", { text });
            setText("");
          }}
        >
          {text.trim() ? "Put in the box" : "Empty the box"}
        </button>
      </div>
    </details>
  );
}
