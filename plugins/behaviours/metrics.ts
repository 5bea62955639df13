import { Counter, Gauge, type Registry } from "prom-client";
import type { Behaviours } from "./behaviours.ts";
import type { PoolCounts } from "./pool/pool.ts";

/** Exports what scripts do, fail at and cost. */
export function exportMetrics(registry: Registry, { pool, refusals }: Behaviours): void {
  const counter = (name: string, help: string, of: (counts: PoolCounts) => number) =>
    new Counter({
      ...{ name: `roomkeep_behaviours_${name}_total`, help, registers: [registry] },
      collect() {
        this.reset();
        this.inc(of(pool.counts));
      },
    });
  const gauge = (name: string, help: string, of: () => number) =>
    new Gauge({
      ...{ name: `roomkeep_behaviours_${name}`, help, registers: [registry] },
      collect() {
        this.set(of());
      },
    });
  const labelled = (name: string, help: string, of: () => Iterable<[string, number]>) =>
    new Counter({
      ...{ name: `roomkeep_behaviours_${name}_total`, help, labelNames: ["code"], registers: [registry] },
      collect() {
        this.reset();
        for (const [code, count] of of()) this.inc({ code }, count);
      },
    });
  gauge("scripts", "Scripts that are open", () => pool.size);
  gauge("memory_bytes", "Memory of the workers' modules", () => pool.bytes);
  counter("decisions", "Decisions of scripts", ({ decisions }) => decisions);
  counter(
    "missed",
    "Turns that scripts missed, since their worker was behind or ended",
    ({ missed }) => missed,
  );
  counter("asleep", "Scripts that fell asleep, since they failed three times", ({ asleep }) => asleep);
  counter("busy_seconds", "Time that workers ran scripts", ({ busyMs }) => busyMs / 1000);
  counter("recycled", "Modules that were replaced, since they had grown", ({ recycled }) => recycled);
  labelled("faults", "Faults of scripts, by kind", () => Object.entries(pool.counts.faults));
  labelled("refused", "Intents of scripts that rooms refused", () => refusals);
  labelled("workers_ended", "Workers that ended: a script hung in them, or they broke", () => [
    ["stalled", pool.counts.stalled],
    ["exited", pool.counts.exited],
  ]);
}
