/** A line of the state tree. */
export interface StateRow {
  /** Name in its parent. */
  readonly name: string;
  /** JSON pointer from the root of the state. */
  readonly path: string;
  readonly kind: "leaf" | "branch" | "secret" | "more";
  /** A leaf's value; a branch's class, and how many it has. */
  readonly text: string;
  readonly value: unknown;
}

/** Lines of one branch that are shown at first. */
export const ROWS_STEP = 100;

/** The lines of a part of the state, as the server tells it. */
export function rowsOf(value: unknown, path: string): StateRow[] {
  if (Array.isArray(value)) return value.map((one, index) => rowOf(String(index), one, path));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .filter(([name]) => name !== "$class")
    .map(([name, one]) => rowOf(name, one, path));
}

function rowOf(name: string, value: unknown, parent: string): StateRow {
  const path = `${parent}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  if (typeof value !== "object" || value === null)
    return { name, path, kind: "leaf", text: JSON.stringify(value) ?? "null", value };
  const { $, count, $class } = value as { $?: unknown; count?: unknown; $class?: unknown };
  if ($ === "secret") return { name, path, kind: "secret", text: "secret", value };
  // It stands for what was left out of the parent.
  if ($ === "more") return { name, path: parent, kind: "more", text: `${String(count)} more`, value };
  const size = Array.isArray(value)
    ? value.length
    : Object.keys(value).filter((key) => key !== "$class").length;
  const label = typeof $class === "string" ? `${$class} ` : "";
  const text = Array.isArray(value) ? `[${size}]` : `${label}{${size}}`;
  return { name, path, kind: "branch", text, value };
}

/** The branches above a path, the outermost first: `/a/b/c` has "", "/a" and "/a/b". */
export function parentsOf(path: string): string[] {
  const names = path.split("/").slice(1);
  return names.map((_, depth) =>
    names
      .slice(0, depth)
      .map((name) => `/${name}`)
      .join(""),
  );
}

/** Cuts a text at what was searched: before, the find, after; undefined where it is not in it. */
export function splitAtFind(text: string, find: string): [string, string, string] | undefined {
  const wanted = find.trim().toLowerCase();
  const at = wanted === "" ? -1 : text.toLowerCase().indexOf(wanted);
  if (at < 0) return undefined;
  return [text.slice(0, at), text.slice(at, at + wanted.length), text.slice(at + wanted.length)];
}
