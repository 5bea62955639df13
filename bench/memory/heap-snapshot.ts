import { readFileSync } from "node:fs";

/** Bytes in use by kind of object. */
export type HeapUse = ReadonlyMap<string, number>;

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[]];
    };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/**
 * Sums a heap snapshot by class: V8 collects all garbage before it writes one, and lists the memory of
 * buffers and of Node's own objects too. Machine code and feedback of functions are left out: a process makes
 * them as it warms up, however many players it has.
 *
 * @see https://github.com/v8/v8/blob/main/src/profiler/heap-snapshot-generator.cc for the fields of a node
 */
export function readHeap(file: string): HeapUse {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, "utf8")) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt, sizeAt] = ["type", "name", "self_size"].map((name) => fields.indexOf(name)) as [
    number,
    number,
    number,
  ];
  const use = new Map<string, number>();
  for (let node = 0; node < nodes.length; node += fields.length) {
    const type = types[0][nodes[node + typeAt] ?? 0] ?? "";
    if (type === "code") continue;
    const name = type.includes("string") || type === "number" ? type : strings[nodes[node + nameAt] ?? 0];
    const key = `${type}: ${name}`;
    use.set(key, (use.get(key) ?? 0) + (nodes[node + sizeAt] ?? 0));
  }
  return use;
}

/** kB in use in all. */
export function sumKB(use: HeapUse): number {
  let bytes = 0;
  for (const size of use.values()) bytes += size;
  return bytes / 1024;
}

/** The classes that grew most, with the kB of each, largest first. */
export function grownKB(from: HeapUse, to: HeapUse, count: number): [string, number][] {
  return [...to]
    .map(([name, bytes]): [string, number] => [name, (bytes - (from.get(name) ?? 0)) / 1024])
    .sort(([, a], [, b]) => b - a)
    .slice(0, count);
}
