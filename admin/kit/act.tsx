import { useRef, useState } from "preact/hooks";
import { ask, type OperationName, type ParamsOf, type ResultOf } from "../api/ask.ts";
import { may } from "../api/session.ts";
import { Failure } from "./failure.tsx";
import { type Field, FieldInput, type FieldValues, firstValues, readFields } from "./fields.tsx";

/** What an act is about to do, in words, and with which parameters. */
export interface ActProps<Name extends OperationName> {
  readonly op: Name;
  /** What the button says: "Mute". */
  readonly label: string;
  /** What the question says: "Mute Ann". */
  readonly title: string;
  /** What comes of it. */
  readonly text?: string;
  readonly params: Partial<ParamsOf<Name>>;
  readonly fields?: readonly Field[];
  /** Cannot be undone, or hurts. */
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Shows the answer before the form closes. */
  readonly show?: (result: ResultOf<Name>) => preact.ComponentChildren;
  readonly onDone?: (result: ResultOf<Name>) => void;
}

/** The field for a reason, which the audit log keeps. */
export const REASON: Field = {
  name: "reason",
  label: "Reason",
  kind: "text",
  required: true,
  hint: "Kept in the audit log",
  max: 500,
};

/**
 * A button that asks before it acts. Whoever may not do it does not see it; the server refuses whatever the
 * page shows.
 */
export function Act<Name extends OperationName>(props: ActProps<Name>) {
  const { op, label, danger, disabled } = props;
  const [isOpen, setOpen] = useState(false);
  if (!may(op)) return null;
  return (
    <>
      <button
        type="button"
        class={danger ? "danger" : undefined}
        disabled={disabled}
        onClick={() => setOpen(true)}
      >
        {label}
      </button>
      {isOpen && <ActForm {...props} close={() => setOpen(false)} />}
    </>
  );
}

function ActForm<Name extends OperationName>({
  op,
  label,
  title,
  text,
  params,
  fields = [REASON],
  danger,
  show,
  onDone,
  close,
}: ActProps<Name> & { close: () => void }) {
  const [values, setValues] = useState<FieldValues>(() => firstValues(fields));
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<ResultOf<Name>>();
  const opened = useRef(false);
  const isDone = result !== undefined;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isDone) return close();
    setBusy(true);
    setError(undefined);
    try {
      const answer = await ask(op, { ...params, ...readFields(fields, values) } as ParamsOf<Name>);
      onDone?.(answer);
      if (show) setResult(answer);
      else close();
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  return (
    <dialog
      aria-label={title}
      onClose={close}
      ref={(dialog) => {
        if (!dialog || opened.current) return;
        opened.current = true;
        dialog.showModal();
      }}
    >
      <form onSubmit={submit}>
        <h2>{title}</h2>
        {text && <p>{text}</p>}
        {!isDone &&
          fields.map((field) => (
            <FieldInput
              key={field.name}
              field={field}
              value={values[field.name] ?? ""}
              onInput={(value) => setValues((was) => ({ ...was, [field.name]: value }))}
            />
          ))}
        {isDone && show?.(result)}
        {error !== undefined && <Failure error={error} />}
        <p class="buttons">
          {!isDone && (
            <button type="button" onClick={close}>
              Cancel
            </button>
          )}
          <button type="submit" class={danger ? "danger strong" : "strong"} disabled={isBusy}>
            {isDone ? "Close" : label}
          </button>
        </p>
      </form>
    </dialog>
  );
}
