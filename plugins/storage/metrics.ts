import { Gauge, type Registry } from "prom-client";
import type { OpenStorage } from "./storage.ts";

/** How long a count of all rows is shown again, ms: it reads an index from end to end. */
const COUNT_MS = 60_000;

/** Exports operations by outcome, and how many values each collection has. */
export function exportMetrics(registry: Registry, { operations, count }: OpenStorage): void {
  registry.registerMetric(operations);
  let counted: Awaited<ReturnType<typeof count>> = [];
  let until = 0;
  new Gauge({
    name: "roomkeep_storage_values",
    help: "Stored values of all processes by collection, counted once a minute",
    labelNames: ["collection"],
    registers: [registry],
    async collect() {
      if (performance.now() >= until) {
        until = performance.now() + COUNT_MS;
        // While the database is away the last count stays, and the other metrics are told.
        counted = await count().catch(() => counted);
      }
      this.reset();
      for (const { collection, rows } of counted) this.set({ collection }, rows);
    },
  });
}
