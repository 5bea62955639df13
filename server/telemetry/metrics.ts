import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { createMiddleware } from "@colyseus/core";
import { createEndpoint } from "@colyseus/core";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { TickTiming } from "../../rooms/index.ts";
import { HELD, PHASES, type Phase, RECEIVED, SENT, type Unsaved, VIEWING } from "../../rooms/internal.ts";
import { exportRooms, type OpenRooms } from "./metrics/rooms.ts";
import { TickHistogram } from "./metrics/tick-histogram.ts";

/** Upper bounds of the buckets of tick durations, ms: at 20 ticks a second a tick has 50 ms. */
const BOUNDS_MS = [1, 2, 5, 10, 20, 33, 50, 100, 250];

/** All ticks of the rooms of one game. */
interface Ticks {
  count: number;
  late: number;
  readonly ms: Record<Phase, number>;
  /** Ticks of at most so many ms, by {@link BOUNDS_MS}. */
  readonly within: number[];
}

/** Metrics of this process. */
export interface Metrics {
  /** Where rooms of this process are counted. */
  readonly rooms: OpenRooms;
  /** Registry for the metrics of other parts. */
  readonly registry: Registry;
  /** In Prometheus's text form. */
  text(): Promise<string>;
  close(): void;
}

/**
 * Counts ticks by game and phase, and collects Node's default metrics. Ticks are summed here and exported
 * only at a scrape: hundreds of rooms tick thousands of times a second.
 */
export function openMetrics(): Metrics {
  const games = new Map<string, Ticks>();
  const listen = (message: unknown): void => count(games, message as TickTiming);
  subscribe("roomkeep:tick", listen);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  exportTicks(registry, games);
  exportTraffic(registry);
  exportViewers(registry);
  const unsaved = new Counter({
    name: "roomkeep_unsaved_total",
    help: "Characters and zones that were given up unsaved, by reason",
    labelNames: ["what", "code"],
    registers: [registry],
  });
  const countUnsaved = (message: unknown): void => unsaved.inc({ ...(message as Unsaved) });
  subscribe("roomkeep:unsaved", countUnsaved);
  const rooms = exportRooms(registry);
  return {
    rooms,
    registry,
    text: () => registry.metrics(),
    close: () => {
      unsubscribe("roomkeep:tick", listen);
      unsubscribe("roomkeep:unsaved", countUnsaved);
      rooms.close();
      registry.clear();
    },
  };
}

function count(games: Map<string, Ticks>, { room, ms, late }: TickTiming): void {
  let ticks = games.get(room);
  if (ticks === undefined) {
    const none = Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<Phase, number>;
    ticks = { count: 0, late: 0, ms: none, within: BOUNDS_MS.map(() => 0) };
    games.set(room, ticks);
  }
  let tookMs = 0;
  for (const phase of PHASES) {
    ticks.ms[phase] += ms[phase];
    tookMs += ms[phase];
  }
  ticks.count++;
  if (late) ticks.late++;
  for (const [i, boundMs] of BOUNDS_MS.entries())
    if (tookMs <= boundMs) ticks.within[i] = (ticks.within[i] ?? 0) + 1;
}

function exportTraffic(registry: Registry): void {
  const count = (name: string, help: string, value: () => number) =>
    new Counter({
      name: `roomkeep_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  count("socket_frames_received", "Frames of every kind that sockets sent", () => RECEIVED.frames);
  count("socket_bytes_received", "Their bytes, heads included", () => RECEIVED.bytes);
  count(
    "sockets_closed",
    "Sockets that were closed because they sent too much",
    () => RECEIVED.socketsClosed,
  );
  count("socket_bytes_sent", "Bytes sent to clients of rooms", () => SENT.bytes);
  count(
    "rings_left_out",
    "Times that a client over its bytes a second was sent a ring less",
    () => SENT.ringsLeftOut,
  );
  count(
    "patches_skipped",
    "Patches that a client over its bytes a second was not sent",
    () => SENT.patchesSkipped,
  );
}

function exportViewers(registry: Registry): void {
  new Gauge({
    name: "roomkeep_viewers",
    help: "Clients of rooms that have no seat, by kind",
    labelNames: ["as"],
    registers: [registry],
    collect() {
      for (const [as, count] of Object.entries(VIEWING)) this.set({ as }, count);
    },
  });
  new Gauge({
    name: "roomkeep_held_bytes",
    help: "Bytes that rooms keep for spectators who get them later",
    registers: [registry],
    collect() {
      this.set(HELD.bytes);
    },
  });
}

function exportTicks(registry: Registry, games: ReadonlyMap<string, Ticks>): void {
  const registers = [registry];
  new Counter({
    name: "roomkeep_tick_phase_seconds_total",
    help: "Time that ticks took, by game and phase",
    labelNames: ["game", "phase"],
    registers,
    collect() {
      this.reset();
      for (const [game, { ms }] of games)
        for (const phase of PHASES) this.inc({ game, phase }, Math.max(0, ms[phase]) / 1000);
    },
  });
  new Counter({
    name: "roomkeep_ticks_late_total",
    help: "Ticks that took longer than the step they simulate",
    labelNames: ["game"],
    registers,
    collect() {
      this.reset();
      for (const [game, { late }] of games) this.inc({ game }, late);
    },
  });
  const options = { name: "roomkeep_tick_seconds", help: "Time of a tick, by game", registers } as const;
  new TickHistogram({ ...options, labelNames: ["game"] }, () =>
    [...games].map(([game, { within, count, ms }]) => ({
      game,
      count,
      seconds: PHASES.reduce((sum, phase) => sum + Math.max(0, ms[phase]), 0) / 1000,
      within: within.map((some, i) => ({ le: String((BOUNDS_MS[i] ?? 0) / 1000), count: some })),
    })),
  );
}

/** `/metrics`, behind the guards. */
export function metricsEndpoint(metrics: Metrics, guards: ReturnType<typeof createMiddleware>[]) {
  return {
    metrics: createEndpoint("/metrics", { method: "GET", use: guards }, async () => {
      const headers = {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
        "cache-control": "no-store",
      };
      return new Response(await metrics.text(), { headers });
    }),
  };
}
