import { definePlugin } from "roomkeep/server";
import { friends } from "../friends/index.ts";
import { matchmakingOperations } from "./desk.ts";
import { openMatchmaking } from "./matchmaking.ts";
import { exportMetrics } from "./metrics.ts";
import { matchmakingTables } from "./migration.ts";
import { matchPart } from "./room-part.ts";
import { matchmakingRoutes } from "./routes.ts";
import { forgetMatches } from "./rows/retention.ts";
import { matchmakingSettings } from "./settings.ts";

export type { Matchmaking, MatchmakingEvent, TicketRequest } from "./api.ts";
export { defineQueue, type Queue, type QueueRules } from "./match/queue.ts";
export type { Rating } from "./match/ratings.ts";
export type { MatchOfRoom, MatchSeat } from "./rows/match-rooms.ts";
export type { RatedResult, ResultSide } from "./rows/results.ts";
export type { PlayedMatch, TicketView } from "./rows/view.ts";

/**
 * Matches by rating, properties, roles and regions. Settings: `queues`, made by {@link defineQueue}; `passMs`
 * between looks for matches, 100 to 60,000, default 1,000; `joinS` that a seat waits for its player, 5 to
 * 600, default 60; `ticketsMax` that wait in a queue, default 20,000; `penaltyS` of the first declined match,
 * 0 to 86,400, default 60, which doubles up to `penaltyMostS`, default 3,600; `penaltyForgetHours` after
 * which one is forgotten, default 12; `matchDays` that matches are kept, 1 to 3,650, default 30.
 *
 * @example
 * export const plugins = [matchmaking.with({ queues: [defineQueue("duel", { game: "arena", teams })] })];
 */
export const matchmaking = definePlugin({
  name: "matchmaking",
  version: "1.0.0",
  uses: [friends],
  settings: matchmakingSettings,
  migrations: [matchmakingTables],
  open: (services) => {
    const blocks = services.optional(friends);
    return openMatchmaking(services, async (accounts) => blocks?.blocksOf(accounts) ?? []);
  },
  routes: matchmakingRoutes,
  room: matchPart,
  operations: matchmakingOperations,
  metrics: exportMetrics,
  retention: ({ matchDays, penaltyForgetHours }) => [
    { sweep: (db) => forgetMatches(db, matchDays, penaltyForgetHours) },
  ],
});
