import { definePlugin, route } from "roomkeep/server";
import { z } from "zod";
import { visits } from "./migration.ts";
import { endLost, forgetAddresses, openPlaySessions, type PlaySessions } from "./play-sessions.ts";
import { Visit } from "./visit.ts";

const playSession = z.object({
  characterId: z.uuid(),
  game: z.string(),
  roomId: z.string(),
  address: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  ending: z.string().nullable(),
});

/**
 * Records the play sessions of an account with room, time and address, and shows them to it, so that a
 * stranger's session is noticed. Settings: `days` that they are kept, 1 to 3650, default 90; `addressDays`
 * that their addresses are kept, 0 to 3650, default 30.
 *
 * @example
 * export const plugins = [playSessions.with({ days: 30 })];
 */
export const playSessions = definePlugin({
  name: "play-sessions",
  version: "1.0.0",
  settings: z.object({
    days: z.coerce.number().int().min(1).max(3650).default(90),
    addressDays: z.coerce.number().int().min(0).max(3650).default(30),
  }),
  entities: [Visit],
  migrations: [visits],
  open({ db, incarnation, log, onClose }): PlaySessions {
    const sessions = openPlaySessions(db, incarnation, log);
    onClose(sessions.close);
    return sessions;
  },
  routes: (sessions) => ({
    listVisits: route({
      method: "GET",
      path: "/v1/visits",
      summary: "The account's latest play sessions, newest first",
      result: z.object({ visits: z.array(playSession) }),
      answer: async ({ caller }) => ({ visits: await sessions.list(caller.accountId) }),
    }),
  }),
  room: (room, sessions) => ({
    onJoin: (player, identity) => sessions.begin(room, player, identity),
    onLeave: (player, ending) => sessions.end(player, ending),
  }),
  retention: ({ days, addressDays }) => [
    { table: "visit", column: "started_at", days },
    { sweep: endLost },
    { sweep: (db) => forgetAddresses(db, addressDays) },
  ],
});
