import { Counter, Gauge, type Registry } from "prom-client";
import type { Notifications } from "./api.ts";

/** How long a count of all waiting pushes is shown again, ms. */
const COUNT_MS = 60_000;

/** Exports what was sent, by kind, and how pushes end. */
export function exportMetrics(registry: Registry, { sent, push }: Notifications): void {
  new Counter({
    name: "roomkeep_notifications_sent_total",
    help: "Notifications that were kept, by kind; repeated and blocked ones are not counted",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [kind, count] of sent) this.inc({ kind }, count);
    },
  });
  new Counter({
    name: "roomkeep_notifications_pushes_total",
    help: "Messages to closed pages by outcome: sent, later (a try that is repeated), gone, refused",
    labelNames: ["outcome"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of push.counts) this.inc({ outcome }, count);
    },
  });
  let waiting = 0;
  let until = 0;
  new Gauge({
    name: "roomkeep_notifications_pushes_waiting",
    help: "Messages to closed pages that wait, of all processes, counted once a minute",
    registers: [registry],
    async collect() {
      if (performance.now() >= until) {
        until = performance.now() + COUNT_MS;
        // While the database is away the last count stays, and the other metrics are told.
        waiting = await push.waiting().catch(() => waiting);
      }
      this.set(waiting);
    },
  });
}
