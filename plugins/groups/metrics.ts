import { Counter, type Registry } from "prom-client";
import type { OpenGroups } from "./groups.ts";

/** Exports what accounts did with groups. */
export function exportMetrics(registry: Registry, { counts }: OpenGroups): void {
  new Counter({
    name: "roomkeep_groups_acts_total",
    help: "What accounts did with groups: founded, asked, invited, roles, left, bookings of banks",
    labelNames: ["act"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [act, count] of counts) this.inc({ act }, count);
    },
  });
}
