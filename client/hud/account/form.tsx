import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { explain, fieldOf } from "../../network/error-messages.ts";

/** One field of a {@link Form}. */
export interface Field {
  /** Key of its value. A refusal that names it is shown below it. */
  name: string;
  label: string;
  /** The kind of value for password managers, e.g. "username". */
  autoComplete: string;
  type?: "text" | "email" | "password";
  /** A line below it. */
  hint?: string;
  optional?: boolean;
  /** Its first value. */
  value?: string;
  minLength?: number;
  maxLength?: number;
  readOnly?: boolean;
}

interface FormProps {
  /** For screen readers, and the beginning of the fields' ids. */
  name: string;
  fields: readonly Field[];
  /** Text of the button. */
  submit: string;
  /** Uses the values. An error is shown at its field. */
  act(values: Record<string, string>): Promise<void>;
  children?: ComponentChildren;
}

/** A form element, so that password managers find it. It is submitted once at a time. */
export function Form({ name, fields, submit, act, children }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: string | undefined; text: string } | undefined>();
  const form = useRef<HTMLFormElement>(null);
  const shownAt = fields.some((field) => field.name === problem?.field) ? problem?.field : undefined;

  const submitValues = async () => {
    if (busy || !form.current) return;
    setBusy(true);
    setProblem(undefined);
    const values: Record<string, string> = {};
    new FormData(form.current).forEach((value, key) => {
      values[key] = String(value);
    });
    try {
      await act(values);
    } catch (error) {
      const field = fieldOf(error);
      setProblem({ field, text: explain(error) });
      const input = field ? form.current?.elements.namedItem(field) : undefined;
      if (input instanceof HTMLInputElement) input.focus();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      ref={form}
      class="sheet"
      method="post"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        void submitValues();
      }}
    >
      {fields.map((field) => (
        <Line
          key={field.name}
          field={field}
          id={`${name}-${field.name}`.replaceAll(" ", "-").toLowerCase()}
          problem={shownAt === field.name ? problem?.text : undefined}
        />
      ))}
      <p class="problem" role="alert" hidden={!problem || shownAt !== undefined}>
        {shownAt === undefined && problem?.text}
      </p>
      <button class="go" type="submit" disabled={busy}>
        {busy ? "Sending…" : submit}
      </button>
      {children}
    </form>
  );
}

function Line({ field, id, problem }: { field: Field; id: string; problem: string | undefined }) {
  const { name, label, type = "text", hint, optional, value, minLength, maxLength } = field;
  const [shown, setShown] = useState(false);
  const secret = type === "password";
  return (
    <div>
      <label class="label" for={id}>
        {label}
        {optional && <small> (optional)</small>}
      </label>
      <span class="row">
        <input
          id={id}
          name={name}
          type={(secret && shown ? "text" : type) as "text"}
          autoComplete={field.autoComplete}
          readOnly={field.readOnly}
          autoCapitalize="none"
          spellcheck={false}
          defaultValue={value}
          required={!optional}
          minLength={minLength}
          maxLength={maxLength}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-note`}
        />
        {secret && (
          <button
            type="button"
            aria-pressed={shown}
            aria-label={`Show ${label.toLowerCase()}`}
            onClick={() => setShown(!shown)}
          >
            {shown ? "Hide" : "Show"}
          </button>
        )}
      </span>
      <small id={`${id}-note`} class={problem ? "wrong" : "hint"} role={problem ? "alert" : undefined}>
        {problem ?? hint ?? ""}
      </small>
    </div>
  );
}
