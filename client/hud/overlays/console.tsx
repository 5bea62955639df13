import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { COMMAND_MAX } from "../../../shared/internal.ts";
import { type ConsoleStore, commonStart } from "../../network/room-console.ts";

/** How long no key is pressed before the room is asked for completions, ms. */
const PAUSE_MS = 150;

interface ConsoleProps {
  store: ConsoleStore;
  close(): void;
}

/**
 * The room's console: a command line, the lines before it with their answers, and completions. The game goes
 * on.
 */
export function Console({ store, close }: ConsoleProps) {
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const lines = store.lines.value;
  useEffect(() => {
    if (list.current && lines.length > 0) list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  // Before the next key: the first letter of a command shall not move the avatar.
  useLayoutEffect(() => {
    field.current?.focus();
    return () => {
      store.completions.value = [];
    };
  }, [store]);
  const complete = (text: string) => {
    if (!field.current) return;
    field.current.value = text;
    field.current.focus();
    void store.complete(text);
  };
  return (
    <section class="console" aria-label="Console">
      <header>
        <b>Console</b>
        <button type="button" onClick={() => store.run("/help")}>
          Help
        </button>
        <button type="button" aria-label="Close the console" onClick={close}>
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
      <CommandLine store={store} close={close} field={field} />
      {store.completions.value.length > 0 && (
        <div class="offers">
          {store.completions.value.map((completion) => (
            <button
              key={completion}
              type="button"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => complete(`${completion} `)}
            >
              {completion}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

/** The command line. The arrow keys go through the history, Tab completes. */
function CommandLine({
  store,
  close,
  field,
}: ConsoleProps & { field: { current: HTMLInputElement | null } }) {
  // Index into the history; its length stands for the line that is being written.
  const at = useRef(store.history.length);
  const draft = useRef("");
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(pause.current), []);

  const browse = (input: HTMLInputElement, by: -1 | 1) => {
    const { length } = store.history;
    if (at.current >= length) draft.current = input.value;
    at.current = Math.min(length, Math.max(0, at.current + by));
    input.value = store.history[at.current] ?? draft.current;
    store.completions.value = [];
  };
  const complete = async (input: HTMLInputElement) => {
    const line = input.value;
    const completions = await store.complete(line);
    // The line has changed meanwhile: the answer is out of date.
    if (input.value !== line || completions.length === 0) return;
    input.value = completions.length === 1 ? `${completions[0]} ` : commonStart(completions);
    if (completions.length === 1) void store.complete(input.value);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const input = field.current;
        if (!input) return;
        clearTimeout(pause.current);
        store.run(input.value);
        input.value = "";
        draft.current = "";
        at.current = store.history.length;
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
          pause.current = setTimeout(() => void store.complete(currentTarget.value), PAUSE_MS);
        }}
        onKeyDown={(event) => {
          const input = event.currentTarget;
          if (event.key === "Escape" || event.key === "`") close();
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
