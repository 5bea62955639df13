import { Counter, type Registry } from "prom-client";
import type { Tournaments } from "./api.ts";

/** Exports what happened in tournaments, by kind. */
export function exportMetrics(registry: Registry, { counts }: Tournaments): void {
  new Counter({
    name: "roomkeep_tournaments_events_total",
    help: "What happened in this process: joins, starts, ends, matches, no-shows, prizes, refunds",
    labelNames: ["event"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [event, count] of counts) this.inc({ event }, count);
    },
  });
}
