import { type Now, shownWord } from "./facts.ts";

/** The time that is left, in a circle drawn by hand. */
export function Clock({ now }: { now: Now }) {
  const { secondsLeft, paused } = now.state;
  const label = paused ? "Paused" : `${secondsLeft} seconds left`;
  return (
    <span class={`sk-clock ${secondsLeft <= 10 && !paused ? "hurry" : ""}`} role="timer" aria-label={label}>
      {paused ? "II" : secondsLeft}
    </span>
  );
}

/** The word: letters that are told, and a line for each that is not. */
export function WordLine({ now }: { now: Now }) {
  const word = shownWord(now);
  const isTold = !word.includes("_");
  return (
    <span
      class={`sk-word ${isTold ? "told" : ""}`}
      data-testid="word"
      role="img"
      aria-label={isTold ? word : `${word.replaceAll("_", "blank ")}`}
    >
      {word.split(" ").map((part, i) => (
        <span class="sk-part" key={i}>
          {[...part].map((letter, k) => (
            <b key={k} class={letter === "_" ? "open" : ""}>
              {letter === "_" ? "" : letter}
            </b>
          ))}
          <small>{part.length}</small>
        </span>
      ))}
    </span>
  );
}
