import { useEffect, useState } from "preact/hooks";
import type { OperationName } from "../api/ask.ts";
import { can } from "../api/session.ts";
import { Act } from "../kit/act.tsx";
import { Failure } from "../kit/failure.tsx";
import { FieldInput, type FieldValues, firstValues, readFields } from "../kit/fields.tsx";
import { countText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { loadOperations } from "./load-operations.ts";
import { labelOf, type PluginOperation, paramsOfRow, type Row } from "./operations.ts";
import { ResultView } from "./result-view.tsx";

/** All plugins of this server that have something for operators. */
export function PluginsPage() {
  const { operations, failure } = useOperations();
  const plugins = [...new Set((operations ?? []).map(({ plugin }) => plugin))].sort();
  const count = (plugin: string) => (operations ?? []).filter((one) => one.plugin === plugin).length;
  return (
    <>
      <h1>Plugins</h1>
      {failure}
      {operations && plugins.length === 0 && (
        <Empty>No plugin of this server has anything for operators.</Empty>
      )}
      {plugins.length > 0 && (
        <Table
          label="Plugins"
          rows={plugins}
          keyOf={(plugin) => plugin}
          columns={[
            { head: "Plugin", cell: (plugin) => <a href={linkTo(["plugins", plugin])}>{plugin}</a> },
            { head: "Operations", cell: (plugin) => countText(count(plugin), "operation") },
          ]}
        />
      )}
    </>
  );
}

/** What this operator may do with one plugin: each reading with its answer, then the acts. */
export function PluginPage({ plugin }: { plugin: string }) {
  const { operations, failure } = useOperations();
  const [turn, setTurn] = useState(0);
  const own = (operations ?? []).filter((one) => one.plugin === plugin);
  const shown = own.filter(({ permission }) => can(permission));
  const writes = shown.filter(({ isWrite }) => isWrite);
  const changed = () => setTurn((count) => count + 1);
  return (
    <>
      <h1>{plugin}</h1>
      {failure}
      {operations && own.length === 0 && (
        <Empty>This server has no such plugin, or it has nothing for operators.</Empty>
      )}
      {own.length > shown.length && <p class="notice">Your role may not do all of it.</p>}
      {writes.length > 0 && (
        <section class="sheet">
          <h2>Acts</h2>
          <ul class="acts">
            {writes.map((one) => (
              <li key={one.name}>
                <Write operation={one} params={{}} onDone={changed} /> {one.summary}
              </li>
            ))}
          </ul>
        </section>
      )}
      {shown
        .filter(({ isWrite }) => !isWrite)
        .map((one) => (
          <Read key={one.name} operation={one} writes={writes} turn={turn} onDone={changed} />
        ))}
    </>
  );
}

function Read({
  operation: { name, summary, fields },
  writes,
  turn,
  onDone,
}: {
  operation: PluginOperation;
  writes: readonly PluginOperation[];
  /** Grows when something was changed: the answer is asked for anew. */
  turn: number;
  onDone: () => void;
}) {
  const [values, setValues] = useState<FieldValues>(() => firstValues(fields));
  const [params, setParams] = useState<Row | undefined>(
    fields.some(({ required }) => required) ? undefined : readFields(fields, firstValues(fields)),
  );
  const asked = useAsk(name as OperationName, params as never);
  const { again } = asked;
  useEffect(() => {
    if (turn > 0) again();
  }, [turn, again]);
  const next = params && nextOf(asked.answer, fields);
  const actsOf = (row: Row) =>
    writes.flatMap((write) => {
      const taken = paramsOfRow(write, { row, asked: params ?? {} });
      return taken ? [<Write key={write.name} operation={write} params={taken} onDone={onDone} />] : [];
    });
  return (
    <section class="sheet" aria-label={summary}>
      <h2>{summary}</h2>
      {fields.length > 0 && (
        <form
          class="filter"
          onSubmit={(event) => {
            event.preventDefault();
            setParams(readFields(fields, values));
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
          <button type="submit">Look</button>
        </form>
      )}
      {params && <Loaded asked={asked}>{(answer) => <ResultView answer={answer} actsOf={actsOf} />}</Loaded>}
      {next !== undefined && (
        <p class="buttons">
          <button type="button" onClick={() => setParams({ ...params, after: next })}>
            Next page
          </button>
        </p>
      )}
    </section>
  );
}

/** The cursor of the page behind an answer, where a reading has such. */
function nextOf(answer: unknown, fields: PluginOperation["fields"]): string | number | undefined {
  const { next } = (answer ?? {}) as { next?: unknown };
  if (!fields.some(({ name }) => name === "after")) return undefined;
  return typeof next === "string" || typeof next === "number" ? next : undefined;
}

/** A button for a write; what is known of its parameters is not asked again. */
function Write({
  operation: { name, verb, summary, fields },
  params,
  onDone,
}: {
  operation: PluginOperation;
  params: Row;
  onDone: () => void;
}) {
  const known = Object.entries(params).map(([key, value]) => `${labelOf(key)}: ${value}`);
  return (
    <Act
      op={name as OperationName}
      label={labelOf(verb)}
      title={summary}
      {...(known.length > 0 && { text: known.join(", ") })}
      params={params as never}
      fields={fields.filter((field) => !(field.name in params))}
      onDone={onDone}
    />
  );
}

function useOperations() {
  const [operations, setOperations] = useState<readonly PluginOperation[]>();
  const [error, setError] = useState<unknown>();
  const load = () => {
    setError(undefined);
    loadOperations().then(setOperations, setError);
  };
  useEffect(load, []);
  return { operations, failure: error === undefined ? null : <Failure error={error} again={load} /> };
}
