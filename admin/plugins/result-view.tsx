import type { ComponentChildren } from "preact";
import { timeText } from "../kit/format.ts";
import { Empty } from "../kit/loaded.tsx";
import { type Column, Facts, Table } from "../kit/table.tsx";
import { labelOf, type Row } from "./operations.ts";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/**
 * Shows any answer: lists of things as tables, the rest as names and values.
 *
 * @param actsOf what can be done to a thing of a list
 */
export function ResultView({
  answer,
  actsOf,
}: {
  answer: unknown;
  actsOf: (row: Row) => ComponentChildren[];
}) {
  if (!isThing(answer)) return <p>{shownValue(answer)}</p>;
  const entries = Object.entries(answer);
  const lists = entries.filter((one): one is [string, Row[]] => isList(one[1]));
  // The cursor of the next page is behind its button.
  const facts = entries.filter(([name, value]) => !isList(value) && name !== "next");
  return (
    <>
      {facts.length > 0 && <Facts of={facts.map(([name, value]) => [labelOf(name), shownValue(value)])} />}
      {lists.map(([name, rows]) => (
        <ListView key={name} name={labelOf(name)} rows={rows} actsOf={actsOf} />
      ))}
    </>
  );
}

function ListView({
  name,
  rows,
  actsOf,
}: {
  name: string;
  rows: readonly Row[];
  actsOf: (row: Row) => ComponentChildren[];
}) {
  if (rows.length === 0) return <Empty>{name}: none.</Empty>;
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns: Column<Row>[] = keys.map((key) => ({
    head: labelOf(key),
    cell: (row) => shownValue(row[key]),
    number: rows.every((row) => typeof row[key] === "number"),
  }));
  if (rows.some((row) => actsOf(row).length > 0))
    columns.push({ head: "Acts", cell: (row) => <span class="buttons">{actsOf(row)}</span> });
  return <Table label={name} rows={rows} keyOf={(row) => JSON.stringify(row)} columns={columns} />;
}

/** Strictly a list of things: an empty list shows as one too. */
const isList = (value: unknown): value is Row[] => Array.isArray(value) && value.every(isThing);
const isThing = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function shownValue(value: unknown): ComponentChildren {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return INSTANT.test(value) ? timeText(value) : value;
  if (typeof value === "number") return String(value);
  if (Array.isArray(value) && !value.some((one) => typeof one === "object")) return value.join(", ");
  return <code>{JSON.stringify(value)}</code>;
}
