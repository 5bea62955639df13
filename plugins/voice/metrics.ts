import { Gauge, type Registry } from "prom-client";
import type { Voice } from "./voice.ts";

/** Exports who has voice on, and what rounds and signalling cost. */
export function exportMetrics(registry: Registry, { rooms }: Voice): void {
  for (const measure of Object.values(rooms.measures)) registry.registerMetric(measure);
  const gauge = (name: string, help: string, of: "players" | "pairs") =>
    new Gauge({
      name,
      help,
      labelNames: ["mode"],
      registers: [registry],
      collect() {
        for (const { mode, ...counts } of rooms.count()) this.set({ mode }, counts[of]);
      },
    });
  gauge("roomkeep_voice_players", "Players who have voice on, by the way that voices go", "players");
  gauge("roomkeep_voice_pairs", "Pairs of players who hear each other, by the way that voices go", "pairs");
}
