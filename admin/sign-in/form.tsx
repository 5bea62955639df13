import { useState } from "preact/hooks";
import { Failure } from "../kit/failure.tsx";
import { type Field, FieldInput, type FieldValues, firstValues } from "../kit/fields.tsx";

/** A form that does one thing and says why it failed. */
export function Form({
  fields,
  submit,
  label,
}: {
  fields: readonly Field[];
  label: string;
  submit: (values: FieldValues) => Promise<void>;
}) {
  const [values, setValues] = useState(() => firstValues(fields));
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        submit(values)
          .catch(setError)
          .finally(() => setBusy(false));
      }}
    >
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          onInput={(value) => setValues((was) => ({ ...was, [field.name]: value }))}
        />
      ))}
      {error !== undefined && <Failure error={error} />}
      <button type="submit" class="strong" disabled={isBusy}>
        {isBusy ? "A moment…" : label}
      </button>
    </form>
  );
}
