import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { explain, fieldOf } from "../../network/error-messages.ts";

/** One field of a {@link Form}. */
export interface Field {
  /** Key of its value, and where a refusal is told. */
  name: string;
  label: string;
  /** What a password manager should fill in, e.g. "username". */
  autoComplete: string;
  type?: "text" | "email" | "password";
  /** A line below it. */
  hint?: string;
  optional?: boolean;
  /** What it begins with. */
  value?: string;
  minLength?: number;
  maxLength?: number;
  readOnly?: boolean;
}

interface FormProps {
  /** For screen readers, and the id that the fields' ids begin with. */
  name: string;
  fields: readonly Field[];
  /** Text of the button. */
  submit: string;
  /** What it does with the values; what it throws is told at the field concerned. */
  act(values: Record<string, string>): Promise<void>;
  children?: ComponentChildren;
}

/** A real form, so that password managers know it; one press of Enter sends it once. */
export function Form({ name, fields, submit, act, children }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: string | undefined; text: string } | undefined>();
  const form = useRef<HTMLFormElement>(null);
  const told = fields.some((field) => field.name === problem?.field) ? problem?.field : undefined;

  const send = async () => {
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
        void send();
      }}
    >
      {fields.map((field) => (
        <Line
          key={field.name}
          field={field}
          id={`${name}-${field.name}`.replaceAll(" ", "-").toLowerCase()}
          problem={told === field.name ? problem?.text : undefined}
        />
      ))}
      <p class="problem" role="alert" hidden={!problem || told !== undefined}>
        {told === undefined && problem?.text}
      </p>
      <button class="go" type="submit" disabled={busy}>
        {busy ? "One moment…" : submit}
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
        {optional && <small> (if you like)</small>}
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
