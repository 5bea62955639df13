import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface ListProps<T> {
  title: string;
  of: readonly T[];
  note?: (one: T) => string;
  keyOf?: (one: T) => string;
  children: (one: T) => ComponentChildren;
}

/** A list with a heading; nothing where nobody is in it. */
export function List<T extends { name: string; id?: string }>({
  title,
  of,
  note,
  keyOf,
  children,
}: ListProps<T>) {
  if (of.length === 0) return null;
  return (
    <>
      <span class="label">{title}</span>
      <ul class="rooms" aria-label={title}>
        {of.map((one) => (
          <li key={keyOf?.(one) ?? one.id}>
            <span>
              <b>{one.name || "Somebody"}</b>
              {note && <small>{note(one)}</small>}
            </span>
            {children(one)}
          </li>
        ))}
      </ul>
    </>
  );
}

interface PressProps {
  label: string;
  name: string;
  main?: boolean;
  act(): unknown;
}

export function Press({ label, name, main = false, act }: PressProps) {
  return (
    <button
      type="button"
      class={main ? "main" : ""}
      aria-label={`${label}: ${name}`}
      onClick={() => void act()}
    >
      {label}
    </button>
  );
}

/** A button for what cannot be taken back: it asks once more. */
export function Twice({ label, name, act }: PressProps) {
  const [asks, setAsks] = useState(false);
  return asks ? (
    <>
      <Press label={`Yes, ${label.toLowerCase()}`} name={name} main act={act} />
      <Press label="No" name={name} act={() => setAsks(false)} />
    </>
  ) : (
    <Press label={label} name={name} act={() => setAsks(true)} />
  );
}

interface LineProps {
  label: string;
  button: string;
  /** True: an empty text may be sent. */
  empty?: boolean;
  /** Longest text. */
  max?: number;
  submit(text: string): unknown;
}

/** One line of text with a button. */
export function Line({ label, button, empty = false, max = 96, submit }: LineProps) {
  const [text, setText] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    if (text.trim() === "" && !empty) return;
    await submit(text.trim());
    setText("");
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <input
        aria-label={label}
        placeholder={label}
        maxLength={max}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">{button}</button>
    </form>
  );
}
