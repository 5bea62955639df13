import type { DataSource, EntityManager } from "typeorm";

/** A piece of SQL as it stands in the source, and what takes its place: how a drill takes a guard out. */
export type Edit = readonly [from: string, to: string];

/**
 * The same database with some of its SQL rewritten on the way, so that a guard can be taken out of the real
 * statements without a switch for it in the program.
 *
 * @param met collects the edits that found their SQL; one that never does guards nothing any more
 */
export function rewriting(ds: DataSource, edits: readonly Edit[], met: Set<Edit>): DataSource {
  const rewrite = (sql: string) =>
    edits.reduce((text, edit) => {
      if (!text.includes(edit[0])) return text;
      met.add(edit);
      return text.replaceAll(edit[0], edit[1]);
    }, sql);
  const proxy = <T extends object>(target: T, transaction?: unknown): T =>
    new Proxy(target, {
      get(of, key) {
        if (key === "transaction" && transaction) return transaction;
        const value: unknown = Reflect.get(of, key);
        if (key === "query" && typeof value === "function") {
          return (sql: string, parameters?: unknown[]) => value.call(of, rewrite(sql), parameters);
        }
        return typeof value === "function" ? value.bind(of) : value;
      },
    });
  return proxy(ds, <T>(work: (db: EntityManager) => Promise<T>) =>
    ds.transaction((manager) => work(proxy(manager))),
  );
}
