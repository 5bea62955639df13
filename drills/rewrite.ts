import type { DataSource, EntityManager } from "typeorm";

/** SQL of the source, and its replacement: so a drill takes a guard out. */
export type Edit = readonly [from: string, to: string];

/** Runs one statement. */
export type Query = (sql: string, parameters?: unknown[]) => Promise<unknown>;

/** Wrappers of the statements and transactions of a database. */
export interface Around {
  /** A statement outside a transaction, or, where `within` is true, inside one. */
  query(run: Query, sql: string, parameters: unknown[] | undefined, within: boolean): Promise<unknown>;
  /** A whole transaction. */
  transaction<T>(run: () => Promise<T>): Promise<T>;
}

/** The same database with wrapped statements and transactions. */
export function around(ds: DataSource, { query, transaction }: Around): DataSource {
  const wrap = <T extends object>(target: T, within: boolean, own: Record<string, unknown>): T =>
    new Proxy(target, {
      get(of, key) {
        if (typeof key === "string" && Object.hasOwn(own, key)) return own[key];
        const value: unknown = Reflect.get(of, key);
        if (typeof value !== "function") return value;
        if (key !== "query") return value.bind(of);
        return (sql: string, parameters?: unknown[]) =>
          query(value.bind(of) as Query, sql, parameters, within);
      },
    });
  return wrap(ds, false, {
    transaction: <T>(work: (db: EntityManager) => Promise<T>) =>
      transaction(() => ds.transaction((manager) => work(wrap(manager, true, {})))),
  });
}

/**
 * The same database with some of its SQL rewritten on the way, so that a guard can be taken out of the real
 * statements without a switch for it in the program.
 *
 * @param met collects the edits that found their SQL; one that never does guards nothing any more
 */
export function rewriting(ds: DataSource, edits: readonly Edit[], met: Set<Edit>): DataSource {
  const rewrite = (text: string, edit: Edit) => {
    if (!text.includes(edit[0])) return text;
    met.add(edit);
    return text.replaceAll(edit[0], edit[1]);
  };
  return around(ds, {
    query: (run, sql, parameters) => run(edits.reduce(rewrite, sql), parameters),
    transaction: (run) => run(),
  });
}
