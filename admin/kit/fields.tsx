import { useId } from "preact/hooks";

/** A field of a form. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: "text" | "line" | "number" | "choice" | "boolean" | "code" | "password";
  readonly required?: boolean;
  readonly hint?: string;
  readonly max?: number;
  /** Of a number. */
  readonly from?: number;
  readonly to?: number;
  readonly choices?: readonly (readonly [value: string, text: string])[];
  readonly first?: string;
}

/** What is typed into the fields, by their names. */
export type FieldValues = Readonly<Record<string, string>>;

export function firstValues(fields: readonly Field[]): FieldValues {
  return Object.fromEntries(
    fields.map(({ name, first, choices }) => [name, first ?? choices?.[0]?.[0] ?? ""]),
  );
}

type Typed = string | number | boolean;

/** The parameters that are typed; what is empty is left out, numbers are numbers, and yes is true. */
export function readFields(fields: readonly Field[], values: FieldValues): Record<string, Typed> {
  return Object.fromEntries(
    fields.flatMap(({ name, kind }): [string, Typed][] => {
      const text = (values[name] ?? "").trim();
      if (text === "") return [];
      if (kind === "boolean") return [[name, text === "true"]];
      return [[name, kind === "number" ? Number(text) : text]];
    }),
  );
}

/** A field with its label. */
export function FieldInput({
  field,
  value,
  onInput,
}: {
  field: Field;
  value: string;
  onInput: (value: string) => void;
}) {
  const { label, kind, required = false, hint, max, from, to, choices = [] } = field;
  const id = useId();
  const type = (event: Event) => onInput((event.currentTarget as HTMLInputElement).value);
  const shared = { id, required, value, onInput: type, "aria-describedby": hint ? `${id}-hint` : undefined };
  return (
    <p class="field">
      <label for={id}>{label}</label>
      {kind === "choice" || kind === "boolean" ? (
        <select {...shared}>
          {choices.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      ) : kind === "text" || kind === "code" ? (
        <textarea
          {...shared}
          class={kind === "code" ? "code" : undefined}
          rows={kind === "code" ? 8 : 3}
          maxLength={max}
        />
      ) : (
        <input
          {...shared}
          type={(kind === "line" ? "text" : kind) as "text"}
          maxLength={max}
          min={from}
          max={to}
          step={kind === "number" ? "any" : undefined}
          autocomplete="off"
        />
      )}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </p>
  );
}
