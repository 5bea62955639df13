import { Counter, Gauge, type Registry } from "prom-client";
import type { Matchmaking } from "./api.ts";

/** How long a count of tickets is shown again, ms. */
const COUNT_MS = 5_000;

/** Exports what happens in queues, how many wait, and what the passes cost. */
export function exportMetrics(registry: Registry, { counts, passes, services }: Matchmaking): void {
  new Counter({
    name: "roomkeep_matchmaking_events_total",
    help: "What happened in this process: tickets, matches, rooms, declined and late ready checks, results",
    labelNames: ["event"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [event, count] of counts) this.inc({ event }, count);
    },
  });
  new Counter({
    name: "roomkeep_matchmaking_pass_seconds_total",
    help: "Seconds of looking for matches in this process",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(passes.seconds);
    },
  });
  let counted: { queue: string; n: number; oldest: number }[] = [];
  let until = 0;
  const read = async () => {
    if (performance.now() < until) return counted;
    until = performance.now() + COUNT_MS;
    // While the database is away the last count stays.
    counted = await services.db
      .query<typeof counted>(
        `SELECT queue, count(*)::int AS n, extract(epoch FROM now() - min(created_at))::float8 AS oldest
         FROM matchmaking_ticket WHERE match_id IS NULL GROUP BY queue`,
      )
      .catch(() => counted);
    return counted;
  };
  new Gauge({
    name: "roomkeep_matchmaking_tickets",
    help: "Tickets of all processes that wait, by queue",
    labelNames: ["queue"],
    registers: [registry],
    async collect() {
      const rows = await read();
      this.reset();
      for (const { queue, n } of rows) this.set({ queue }, n);
    },
  });
  new Gauge({
    name: "roomkeep_matchmaking_oldest_seconds",
    help: "Seconds that the oldest ticket of each queue has waited",
    labelNames: ["queue"],
    registers: [registry],
    async collect() {
      const rows = await read();
      this.reset();
      for (const { queue, oldest } of rows) this.set({ queue }, oldest);
    },
  });
}
