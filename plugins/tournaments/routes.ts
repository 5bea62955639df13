import { type PluginRoute, route } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Tournaments } from "./api.ts";
import type { ShownSide } from "./rows/reading.ts";
import { entrant, match, ownMatch, shown } from "./shapes.ts";

/**
 * The routes of tournaments. Account ids stay on the server; `mine` marks who asks. No route takes a result.
 */
export function tournamentRoutes(tournaments: Tournaments): Record<string, PluginRoute> {
  return {
    listTournaments: route({
      method: "GET",
      path: "/v1/tournaments",
      summary: "Tournaments that are to come or run, and the last that ended",
      result: z.object({ tournaments: z.array(shown) }),
      answer: async ({ caller }) => ({ tournaments: (await tournaments.list(caller.accountId)).map(copied) }),
    }),
    listOwnTournamentMatches: route({
      method: "GET",
      path: "/v1/tournaments/matches",
      summary: "The matches that wait for the account: the code of each room, and how long it waits",
      result: z.object({ matches: z.array(ownMatch) }),
      answer: async ({ caller }) => ({ matches: await tournaments.matchesOf(caller.accountId) }),
    }),
    readTournament: route({
      method: "GET",
      path: "/v1/tournaments/:tournament",
      summary: "A tournament with its entrants, the best first",
      codes: ["TOURNAMENT_UNKNOWN"],
      result: z.object({ tournament: shown, entrants: z.array(entrant) }),
      async answer({ caller, params }) {
        const id = idOf(params);
        return {
          tournament: copied(await tournaments.read(id, caller.accountId)),
          entrants: (await tournaments.entrants(id)).map(({ account, ...rest }) => ({
            ...rest,
            mine: account === caller.accountId,
          })),
        };
      },
    }),
    readBracket: route({
      method: "GET",
      path: "/v1/tournaments/:tournament/bracket",
      summary: "The matches of a bracket, by round and slot; none before the start",
      codes: ["TOURNAMENT_UNKNOWN"],
      result: z.object({ matches: z.array(match) }),
      async answer({ caller, params }) {
        const side = (one: ShownSide | null) =>
          one && { name: one.name, seed: one.seed, score: one.score, mine: one.account === caller.accountId };
        const matches = await tournaments.bracket(idOf(params));
        return { matches: matches.map(({ a, b, ...rest }) => ({ ...rest, a: side(a), b: side(b) })) };
      },
    }),
    joinTournament: route({
      method: "POST",
      path: "/v1/tournaments/:tournament/entry",
      summary: "Join: the fee is taken from the character that the account plays",
      perMinute: 30,
      status: 204,
      codes: [
        "TOURNAMENT_UNKNOWN",
        "TOURNAMENT_CLOSED",
        "TOURNAMENT_MEMBER",
        "TOURNAMENT_FULL",
        "CHARACTER_MISSING",
        "CHARACTER_DEAD",
        "NOT_ENOUGH",
      ],
      async answer({ caller, params }) {
        await tournaments.join(idOf(params), caller.accountId);
        return null;
      },
    }),
    leaveTournament: route({
      method: "DELETE",
      path: "/v1/tournaments/:tournament/entry",
      summary: "Leave before the start: the fee comes back",
      perMinute: 30,
      status: 204,
      codes: [
        "TOURNAMENT_UNKNOWN",
        "TOURNAMENT_CLOSED",
        "TOURNAMENT_STRANGER",
        "CHARACTER_MISSING",
        "NO_SPACE",
      ],
      async answer({ caller, params }) {
        await tournaments.leave(idOf(params), caller.accountId);
        return null;
      },
    }),
  };
}

/** @throws TOURNAMENT_UNKNOWN */
function idOf({ tournament }: Record<string, string | undefined>): string {
  const { data } = z.uuid().safeParse(tournament);
  if (data === undefined) throw new RoomkeepError("TOURNAMENT_UNKNOWN");
  return data;
}

/** Of the lists that may not be written. */
const copied = (one: Awaited<ReturnType<Tournaments["read"]>>): z.output<typeof shown> =>
  one as z.output<typeof shown>;
