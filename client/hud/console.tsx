import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { COMMAND_MAX } from "roomkeep/shared";
import { commonStart } from "../network/room-console.ts";
import type { Page } from "../page-state.ts";

/** Milliseconds without a key before the room is asked what the line may become. */
const PAUSE_MS = 150;

/** The room's console: a line, what came of the ones before, and what it may become. The world goes on behind it. */
export function Console({ page }: { page: Page }) {
  const { console: board, overlay } = page;
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const lines = board.lines.value;
  useEffect(() => {
    if (list.current && lines.length > 0) list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  // Before the next key: with the first letter of a command nobody shall walk.
  useLayoutEffect(() => {
    field.current?.focus();
    return () => {
      board.completions.value = [];
    };
  }, [board]);
  const write = (text: string) => {
    if (!field.current) return;
    field.current.value = text;
    field.current.focus();
    void board.complete(text);
  };
  return (
    <section class="console" aria-label="Console">
      <header>
        <b>Console</b>
        <button type="button" onClick={() => board.run("/help")}>
          Help
        </button>
        <button type="button" aria-label="Close the console" onClick={() => (overlay.value = "none")}>
          ✕
        </button>
      </header>
      {lines.length > 0 && (
        <ul ref={list} aria-live="polite">
          {lines.map(({ key, kind, text }) => (
            <li key={key} class={kind}>
              {text}
            </li>
          ))}
        </ul>
      )}
      <Line page={page} field={field} />
      {board.completions.value.length > 0 && (
        <div class="offers">
          {board.completions.value.map((offer) => (
            <button
              key={offer}
              type="button"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => write(`${offer} `)}
            >
              {offer}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

/** Where a command is written. Arrows go through what was given before, Tab completes. */
function Line({
  page: { console: board, overlay },
  field,
}: {
  page: Page;
  field: { current: HTMLInputElement | null };
}) {
  // Which line of the history is shown; its length: the one that is being written.
  const at = useRef(board.history.length);
  const draft = useRef("");
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(pause.current), []);

  const browse = (input: HTMLInputElement, by: -1 | 1) => {
    const { length } = board.history;
    if (at.current >= length) draft.current = input.value;
    at.current = Math.min(length, Math.max(0, at.current + by));
    input.value = board.history[at.current] ?? draft.current;
    board.completions.value = [];
  };
  const complete = async (input: HTMLInputElement) => {
    const line = input.value;
    const offers = await board.complete(line);
    // The answer to what was written before a further key says nothing.
    if (input.value !== line || offers.length === 0) return;
    input.value = offers.length === 1 ? `${offers[0]} ` : commonStart(offers);
    if (offers.length === 1) void board.complete(input.value);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const input = field.current;
        if (!input) return;
        clearTimeout(pause.current);
        board.run(input.value);
        input.value = "";
        draft.current = "";
        at.current = board.history.length;
      }}
    >
      <input
        ref={field}
        name="command"
        aria-label="Command"
        placeholder="/help"
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        maxLength={COMMAND_MAX}
        enterKeyHint="send"
        onInput={({ currentTarget }) => {
          clearTimeout(pause.current);
          pause.current = setTimeout(() => void board.complete(currentTarget.value), PAUSE_MS);
        }}
        onKeyDown={(event) => {
          const input = event.currentTarget;
          if (event.key === "Escape" || event.key === "`") overlay.value = "none";
          else if (event.key === "ArrowUp") browse(input, -1);
          else if (event.key === "ArrowDown") browse(input, 1);
          else if (event.key === "Tab" && !event.shiftKey && input.value !== "") void complete(input);
          else return;
          event.preventDefault();
        }}
      />
    </form>
  );
}
