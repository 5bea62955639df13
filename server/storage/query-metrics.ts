import { type Registry, Summary } from "prom-client";
import type { DataSource } from "typeorm";

/** Seconds that the quantiles cover: older times say nothing about now. */
const WINDOW_S = 600;

/**
 * Measures every query of a process by its kind, e.g. "update character": their number, and median and 99th
 * percentile of their time over the last ten minutes. Values in a query are never read.
 *
 * @example
 * const metrics = new Registry();
 * watchQueries(ds, metrics);
 * await metrics.metrics(); // roomkeep_query_seconds{quantile="0.99",kind="update character"} 0.004
 */
export function watchQueries(ds: DataSource, metrics: Registry): void {
  const seconds = new Summary({
    name: "roomkeep_query_seconds",
    help: "Time of a query, by kind of statement.",
    labelNames: ["kind"],
    percentiles: [0.5, 0.99],
    maxAgeSeconds: WINDOW_S,
    ageBuckets: 5,
    registers: [metrics],
  });
  ds.subscribers.push({
    afterQuery({ query, executionTime }) {
      if (executionTime !== undefined) seconds.observe({ kind: kindOf(query) }, executionTime / 1000);
    },
  });
}

const VERB = /^\s*(?:WITH\b[\s\S]*?\)\s*)?(SELECT|INSERT|UPDATE|DELETE)\b/i;
/** What has a bracket behind it is a function, unless rows go into it. */
const TABLE = /\b(?:INTO\s+"?([a-z_]+)|(?:FROM|UPDATE)\s+(?:ONLY\s+)?"?([a-z_]+)\b"?(?!\s*\())/i;

/** The statement's verb and its first table; of others, such as COMMIT, the first word. */
export function kindOf(sql: string): string {
  const [before = "", verb = ""] = VERB.exec(sql) ?? [];
  if (verb === "") return /^\s*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? "other";
  const [, into, of] = TABLE.exec(sql.slice(before.length - verb.length)) ?? [];
  const table = into ?? of;
  return (table ? `${verb} ${table}` : verb).toLowerCase();
}
