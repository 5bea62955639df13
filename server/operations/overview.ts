import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { alertShape } from "../desk/alerts/alert.ts";
import { defineOperation } from "./operation.ts";

const value = z.number().nullable();
const column = z.array(value);
const series = z.object({
  stepS: z.number(),
  at: z.array(z.number()).meta({ description: "End of each step, ms since 1970" }),
  players: column,
  rooms: column,
  tickP99Ms: column,
  busy: column,
  memory: column,
  ticks: column,
  late: column,
  joined: column,
  refused: column,
  processes: column,
  away: column.meta({ description: "Processes without a database or without Redis" }),
});
const failures = z.array(z.object({ code: z.string(), count: z.number() }));
const processNow = z.object({
  processId: z.string(),
  address: z.string(),
  version: z.string(),
  self: z.boolean(),
  draining: z.boolean(),
  rooms: z.number(),
  players: z.number(),
  busy: z.number(),
  memory: z.number(),
  ticks: z.number(),
  late: z.number(),
  tickP99Ms: value,
  databaseMs: value,
  redisMs: value.optional(),
  sampledAt: z.number(),
});

/** What the overview shows. */
export const getOverview = defineOperation({
  name: "overview.get",
  summary: "All processes now, and their last hour and day",
  permission: "look",
  kind: "read",
  params: z.object({
    process: z
      .string()
      .max(64)
      .optional()
      .meta({ description: "id of a process: the plots are of it alone" }),
  }),
  result: z.object({
    at: z.number(),
    processes: z.array(processNow),
    hour: series,
    day: series,
    failures: z.object({ hour: failures, day: failures }),
    alerts: z.array(alertShape),
  }),
  codes: ["SERVER_NEEDED"],
  async run({ services }, { process }) {
    if (!services) throw new RoomkeepError("SERVER_NEEDED");
    const { overview, alerts } = services.watch;
    const { processes, ...rest } = overview.read(process);
    return { ...rest, processes: [...processes], alerts: [...alerts.open()] };
  },
  text: ({ processes, alerts, failures: { hour } }) => [
    ...processes.map(
      ({ address, version, draining, rooms, players, busy, memory, tickP99Ms }) =>
        `${address}  ${version}${draining ? "  draining" : ""}  ${rooms} rooms  ${players} players  ` +
        `busy ${percent(busy)}  memory ${percent(memory)}  tick p99 ${tickP99Ms ?? "-"} ms`,
    ),
    ...hour.map(({ code, count }) => `refused in the last hour: ${code} ${count}`),
    ...alerts.map(({ text, severity }) => `${severity}: ${text}`),
  ],
});

const percent = (share: number) => `${Math.round(share * 100)} %`;
