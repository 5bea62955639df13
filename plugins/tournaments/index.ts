import { definePlugin } from "roomkeep/server";
import { z } from "zod";
import { matchmaking } from "../matchmaking/index.ts";
import { notifications } from "../notifications/index.ts";
import { tournamentOperations } from "./desk.ts";
import { exportMetrics } from "./metrics.ts";
import { tournamentTables } from "./migration.ts";
import { matchPart } from "./room-part.ts";
import { tournamentRoutes } from "./routes.ts";
import { forgetTournaments } from "./rows/settling.ts";
import { cupsSchema } from "./rules/cup.ts";
import { openTournaments } from "./tournaments.ts";

export type { TournamentEvent, Tournaments } from "./api.ts";
export type { Scored } from "./rows/entries.ts";
export type { Reported, SideResult } from "./rows/matches.ts";
export type { OwnMatch, ShownEntrant, ShownMatch, ShownTournament } from "./rows/reading.ts";
export { type Cup, type CupRules, defineCup } from "./rules/cup.ts";

/**
 * Tournaments: score attacks and brackets, with fees and prizes in the ledger. Settings: `cups`, made by
 * {@link defineCup}; `checkS` between looks for what is due, 0.1 to 3600 s, default 2; `days` that closed
 * ones are kept, 1 to 3650, default 365.
 *
 * @example
 * export const plugins = [tournaments.with({ cups: [defineCup("duel", { game: "arena", bracket: {} })] })];
 */
export const tournaments = definePlugin({
  name: "tournaments",
  version: "1.0.0",
  uses: [notifications, matchmaking],
  settings: z.object({
    cups: cupsSchema.default([]),
    checkS: z.coerce.number().min(0.1).max(3600).default(2),
    days: z.coerce.number().int().min(1).max(3650).default(365),
  }),
  migrations: [tournamentTables],
  open: (services) => openTournaments(services),
  routes: tournamentRoutes,
  room: matchPart,
  operations: tournamentOperations,
  metrics: exportMetrics,
  retention: ({ days }) => [{ sweep: (db) => forgetTournaments(db, days) }],
});
