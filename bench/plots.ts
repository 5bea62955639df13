/**
 * Draws docs/images/performance-*.svg from docs/measurements/*.json and writes the tables into
 * docs/performance.md, each between its own marks: `npm run plots`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { type Bar, type BarChart, drawBars } from "./bar-chart.ts";

/** Other load, percent, past which figures are no more than a hint. */
const QUIET_PCT = 15;

const numbers = z.record(z.string(), z.number().nullable());
const crowd = z.object({
  players: z.number(),
  seconds: z.number(),
  repeats: z.number(),
  systems: z.record(z.string(), numbers),
  ratios: numbers,
  stalenessMs: z.object({ median: z.number().nullable(), worst: z.number().nullable() }).loose(),
  mismatches: z.number(),
});
const row = z.looseObject({ foreignPct: z.number().optional() });
const inputs = z.object({ seconds: z.number(), players: z.array(row) });
const rooms = z.object({ inputHz: z.number(), table: z.array(row) });
const storm = z.object({ players: z.number(), systems: z.record(z.string(), row) });
const latency = z.object({ rooms: z.record(z.string(), row) });

const NAMES: Readonly<Record<string, string>> = {
  whole: "Colyseus, whole state",
  stateview: "Colyseus, StateView",
  socketio: "Socket.IO, JSON",
  floor: "the floor (raw ws)",
  ours: "roomkeep",
  bare: "Colyseus alone",
};

interface Drawn {
  readonly charts: Readonly<Record<string, BarChart>>;
  readonly table: string;
}

/** Drawing of each measurement. */
const PLOTS: Readonly<Record<string, (json: unknown) => Drawn>> = {
  "crowd-dense": (json) => drawCrowd("dense", crowd.parse(json)),
  "crowd-sparse": (json) => drawCrowd("sparse", crowd.parse(json)),
  "most-dense": (json) => drawMost("dense", crowd.parse(json)),
  "most-sparse": (json) => drawMost("sparse", crowd.parse(json)),
  "inputs-dense": (json) => drawInputs("dense", inputs.parse(json)),
  "inputs-sparse": (json) => drawInputs("sparse", inputs.parse(json)),
  rooms: drawRooms,
  storm: drawStorm,
  latency: drawLatency,
};

function drawCrowd(
  world: string,
  { players, systems, ratios, stalenessMs, mismatches, ...run }: z.infer<typeof crowd>,
): Drawn {
  const order = ["floor", "ours", "whole", "stateview", "socketio"].filter((name) => systems[name]);
  const bars = (key: string): Bar[] =>
    order.map((name) => ({
      label: NAMES[name] ?? name,
      value: systems[name]?.[key] ?? 0,
      ours: name === "ours",
    }));
  const worst = Math.max(...order.map((name) => systems[name]?.foreignPct ?? 0));
  const note = `${players} avatars, all moving, 20 a second; ${run.repeats} × ${run.seconds} s. ${briefly(worst)}`;
  const table = [
    "| | CPU ms a tick | p99 ms | kB/s a client | RSS MB |",
    "|---|---|---|---|---|",
    ...order.map((name) => {
      const of = (key: string): string => show(systems[name]?.[key]);
      return `| ${NAMES[name]} | ${of("cpuMsTick")} | ${of("p99Ms")} | ${of("kBs")} | ${of("rssMB")} |`;
    }),
    "",
    `StateView over roomkeep: ${show(ratios.stateviewOverOurs)}. roomkeep over the floor: ${show(ratios.oursOverFloor)}. ` +
      `Memory of a player above Colyseus with the whole state: ${show(ratios.liveKBPlayerOverWhole)} kB in use, ${show(ratios.kBPlayerOverWhole)} kB resident. ` +
      `Age of what is shown: ${show(stalenessMs.median)} ms as a rule, ${show(stalenessMs.worst)} at worst. Mismatches: ${mismatches}. ${weather(worst)}`,
  ].join("\n");
  return {
    table,
    charts: {
      [`crowd-${world}-cpu`]: {
        title: `A ${world} crowd: CPU a tick`,
        unit: "ms",
        bars: bars("cpuMsTick"),
        line: { value: 50, label: "20 Hz on one core" },
        note,
      },
      [`crowd-${world}-bytes`]: {
        title: `A ${world} crowd: traffic of a client`,
        unit: "kB/s",
        bars: bars("kBs"),
        note,
      },
    },
  };
}

/** More players than the peers are compared at. */
function drawMost(world: string, { players, systems, seconds, repeats }: z.infer<typeof crowd>): Drawn {
  const { cpuMsTick, p99Ms, hz, kBs, foreignPct } = systems.ours ?? {};
  const floor = systems.floor?.cpuMsTick;
  const cells = [players, world, hz, cpuMsTick, floor, p99Ms, kBs].map(show);
  return {
    charts: {},
    table: [
      "| players | world | Hz | CPU ms a tick | the floor's | p99 ms | kB/s a client |",
      `|${"---|".repeat(cells.length)}`,
      `| ${cells.join(" | ")} |`,
      "",
      `${repeats} × ${seconds} s. ${weather(foreignPct ?? 0)}`,
    ].join("\n"),
  };
}

function drawInputs(world: string, { players, seconds }: z.infer<typeof inputs>): Drawn {
  const worst = Math.max(...players.map(({ foreignPct }) => foreignPct ?? 0));
  const note = `20 input frames a second each, ${seconds} s. ${briefly(worst)}`;
  const bars = players.map((one) => ({
    label: `${one.players} players`,
    value: Number(one.cpuMsTick ?? 0),
    ours: true,
  }));
  const phases = ["inputs", "step", "physics", "rules", "interest", "encode", "send"];
  const table = [
    `| players | holds 20 Hz | CPU ms a tick | p99 ms | missed % | kB/s | ${phases.join(" | ")} |`,
    `|${"---|".repeat(6 + phases.length)}`,
    ...players.map((one) => {
      const spent = (one.phases ?? {}) as Record<string, number>;
      const cells = [one.players, one.holds ? "yes" : "no", one.cpuMsTick, one.p99Ms, one.missedPct, one.kBs];
      return `| ${[...cells, ...phases.map((phase) => spent[phase])].map(show).join(" | ")} |`;
    }),
    "",
    `Phases in ms a tick, by the room's own clock. ${weather(worst)}`,
  ].join("\n");
  const line = { value: 50, label: "20 Hz on one core" };
  return {
    table,
    charts: {
      [`inputs-${world}`]: { title: `True inputs, ${world}: CPU a tick`, unit: "ms", bars, line, note },
    },
  };
}

function drawRooms(json: unknown): Drawn {
  const { table, inputHz } = rooms.parse(json);
  const worst = Math.max(...table.map(({ foreignPct }) => foreignPct ?? 0));
  const note = `4 players a room, ${inputHz} inputs a second each. ${briefly(worst)}`;
  const bars = table.map((one) => ({
    label: `${one.rooms} × ${NAMES[String(one.system)]}`,
    value: Number(one.usRoomTick ?? 0),
    ours: one.system === "ours",
  }));
  return {
    charts: { rooms: { title: "Many small rooms: CPU a room and tick", unit: "µs", bars, note } },
    table: [
      "| | rooms | µs a room and tick | CPU % of a core | Hz | kB an empty room | RSS MB |",
      "|---|---|---|---|---|---|---|",
      ...table.map(
        (one) =>
          `| ${[NAMES[String(one.system)], one.rooms, one.usRoomTick, one.cpuPct, one.hz, one.kBEmptyRoom, one.rssMB].map(show).join(" | ")} |`,
      ),
      "",
      weather(worst),
    ].join("\n"),
  };
}

function drawStorm(json: unknown): Drawn {
  const { systems, players } = storm.parse(json);
  const entries = Object.entries(systems);
  const worst = Math.max(...entries.map(([, { foreignPct }]) => foreignPct ?? 0));
  const note = `${players} join one room at once, without sign-in and database. ${briefly(worst)}`;
  const bars = entries.map(([name, one]) => ({
    label: NAMES[name] ?? name,
    value: Number(one.cpuMsJoin ?? 0),
    ours: name === "ours",
  }));
  const keys = ["stateMsJoin", "cpuMsJoin", "joinMedianMs", "joinWorstMs", "tickP99Ms", "hz"];
  return {
    charts: { storm: { title: "A storm of joins: CPU a join, all in", unit: "ms", bars, note } },
    table: [
      "| | state, ms a join | CPU ms a join | join, median ms | worst ms | tick p99 ms | Hz meanwhile |",
      "|---|---|---|---|---|---|---|",
      ...entries.map(
        ([name, one]) => `| ${[NAMES[name], ...keys.map((key) => one[key])].map(show).join(" | ")} |`,
      ),
      "",
      weather(worst),
    ].join("\n"),
  };
}

function drawLatency(json: unknown): Drawn {
  const { rooms: kinds } = latency.parse(json);
  const labels: Record<string, string> = {
    crowd: "a crowd, 20 Hz",
    idle: "a room of 2, 20 Hz",
    action: "a room of 16, 60 Hz",
  };
  const entries = Object.entries(kinds);
  const bars = entries.flatMap(([name, one]) => [
    { label: `${labels[name]}: p50`, value: Number(one.p50Ms ?? 0), ours: true },
    { label: "p99", value: Number(one.p99Ms ?? 0) },
  ]);
  return {
    charts: {
      latency: {
        title: "From an input to another client's state",
        unit: "ms",
        bars,
        note: "true SDK clients, bots on the same core as they",
      },
    },
    table: [
      "| | players | samples | p50 ms | p99 ms | p99 to reach |",
      "|---|---|---|---|---|---|",
      ...entries.map(
        ([name, one]) =>
          `| ${[labels[name], one.players, one.samples, one.p50Ms, one.p99Ms, one.toReachMs].map(show).join(" | ")} |`,
      ),
    ].join("\n"),
  };
}

function weather(foreignPct: number): string {
  return foreignPct <= QUIET_PCT
    ? "A quiet machine."
    : `A busy machine: others took up to ${foreignPct.toFixed(0)} % of the core, so only orders of magnitude count.`;
}

/** A short form of it, for a picture's second line. */
function briefly(foreignPct: number): string {
  return foreignPct <= QUIET_PCT
    ? "A quiet machine."
    : `A busy machine: others took ${foreignPct.toFixed(0)} %.`;
}

function show(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(2);
  return value === undefined || value === null ? "–" : String(value);
}

/** npm writes two lines of its own before the JSON. */
function readMeasurement(file: URL): unknown {
  const text = readFileSync(file, "utf8");
  return JSON.parse(text.slice(text.search(/^\{/mu)));
}

const docs = new URL("../docs/", import.meta.url);
const pageFile = new URL("performance.md", docs);
let page = readFileSync(pageFile, "utf8");
for (const [name, draw] of Object.entries(PLOTS)) {
  const file = new URL(`measurements/${name}.json`, docs);
  if (!existsSync(file)) {
    console.error(`${name}: not measured`);
    continue;
  }
  const { charts, table } = draw(readMeasurement(file));
  for (const [chart, of] of Object.entries(charts))
    writeFileSync(new URL(`images/performance-${chart}.svg`, docs), drawBars(of));
  const marks = new RegExp(`(<!-- measured ${name} -->\n)[^]*?(<!-- end -->)`, "u");
  if (!marks.test(page)) throw new Error(`docs/performance.md has no marks for ${name}`);
  page = page.replace(marks, (_all, begin: string, end: string) => `${begin}${table}\n${end}`);
  console.error(`${name}: ${Object.keys(charts).length} drawn`);
}
writeFileSync(pageFile, page);
