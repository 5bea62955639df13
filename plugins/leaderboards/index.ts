import { definePlugin } from "roomkeep/server";
import { z } from "zod";
import { friends } from "../friends/index.ts";
import { boardsSchema } from "./board.ts";
import { boardOperations } from "./desk.ts";
import { openLeaderboards } from "./leaderboards.ts";
import { boards } from "./migration.ts";
import { boardRoutes } from "./routes.ts";
import { forgetSeasons } from "./seasons.ts";

export { defineBoard } from "./board.ts";
export { type Calendar, nextTime, readCalendar } from "./calendar.ts";

/**
 * Leaderboards by account, with seasons and prizes. Settings: `boards`, made by {@link defineBoard};
 * `archiveDays` that final ranks are kept, 1 to 3650, default 365; `checkS` between looks for seasons that
 * are over, 1 to 3600 s, default 5.
 *
 * @example
 * export const plugins = [leaderboards.with({ boards: [defineBoard("laps", { order: "low" })] })];
 */
export const leaderboards = definePlugin({
  name: "leaderboards",
  version: "1.0.0",
  uses: [friends],
  settings: z.object({
    boards: boardsSchema.default([]),
    archiveDays: z.coerce.number().int().min(1).max(3650).default(365),
    checkS: z.coerce.number().min(1).max(3600).default(5),
  }),
  migrations: [boards],
  open: (services) => openLeaderboards(services, services.optional(friends)?.friendsOf),
  routes: boardRoutes,
  operations: boardOperations,
  metrics(registry, { counters }) {
    for (const counter of counters) registry.registerMetric(counter);
  },
  retention: ({ archiveDays }) => [{ sweep: (db) => forgetSeasons(db, archiveDays) }],
});
