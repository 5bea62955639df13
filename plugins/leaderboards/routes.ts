import { route } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Leaderboards } from "./leaderboards.ts";
import { PAGE_MAX, type Place } from "./pages.ts";

/** Requests a minute of one account to each route. */
const PER_MINUTE = 60;
/** Places before and after one's own. */
const BESIDE_MAX = 50;

const prize = z.object({
  coins: z.int(),
  items: z.array(z.object({ template: z.string(), qty: z.int() })),
});
const board = z.object({
  name: z.string(),
  label: z.string(),
  keep: z.enum(["best", "last", "sum", "count"]),
  order: z.enum(["high", "low"]),
  season: z.int(),
  startedAt: z.iso.datetime(),
  endsAt: z.iso.datetime().nullable(),
  players: z.int(),
  ended: z.array(z.int()),
  prizes: z.array(prize.extend({ ranks: z.tuple([z.int(), z.int()]) })),
});
const place = z.object({
  rank: z.int(),
  characterId: z.uuid(),
  name: z.string().nullable(),
  score: z.number(),
  mine: z.boolean(),
});
const page = z.object({ season: z.int(), places: z.array(place), next: z.string().nullable() });
const result = z.object({
  rank: z.int(),
  name: z.string().nullable(),
  score: z.number(),
  mine: z.boolean(),
  prize: prize.nullable(),
  isPaid: z.boolean(),
});

/** The routes of the boards. Account ids stay on the server; `mine` marks the place of who asks. */
export function boardRoutes(boards: Leaderboards) {
  const shown = (places: readonly Place[], caller: string) =>
    places.map(({ accountId, ...rest }) => ({ ...rest, mine: accountId === caller }));
  return {
    listLeaderboards: route({
      method: "GET",
      path: "/v1/leaderboards",
      summary: "The leaderboards, each with its open season and prizes",
      perMinute: PER_MINUTE,
      result: z.object({ boards: z.array(board), friends: z.boolean() }),
      answer: async () => ({
        friends: boards.hasFriends,
        boards: (await boards.list()).map(
          ({ board: { name, label = name, keep, order, prizes }, ...state }) => ({
            ...{ name, label, keep, order, prizes },
            ...{ season: state.season, startedAt: state.startedAt, endsAt: state.endsAt },
            ...{ players: state.players, ended: [...state.ended] },
          }),
        ),
      }),
    }),
    readLeaderboard: route({
      method: "GET",
      path: "/v1/leaderboards/:board",
      summary: "The best places of a board, or those after the cursor of a page",
      perMinute: PER_MINUTE,
      codes: ["BOARD_UNKNOWN"],
      documents: { query: z.object({ after: z.string().optional(), limit: z.string().optional() }) },
      result: page,
      async answer({ params, query, caller }) {
        const limit = wholeOf(query.limit ?? "20", "limit", 1, PAGE_MAX);
        const found = await boards.top(params.board ?? "", { after: query.after, limit });
        return { ...found, places: shown(found.places, caller.accountId) };
      },
    }),
    readLeaderboardAround: route({
      method: "GET",
      path: "/v1/leaderboards/:board/around",
      summary: "The place of the account on a board, with those before and after it",
      perMinute: PER_MINUTE,
      codes: ["BOARD_UNKNOWN"],
      documents: { query: z.object({ beside: z.string().optional() }) },
      result: page,
      async answer({ params, query, caller }) {
        const beside = wholeOf(query.beside ?? "5", "beside", 0, BESIDE_MAX);
        const found = await boards.around(params.board ?? "", caller.accountId, beside);
        return { ...found, places: shown(found.places, caller.accountId) };
      },
    }),
    readLeaderboardFriends: route({
      method: "GET",
      path: "/v1/leaderboards/:board/friends",
      summary: "The places of the account and its friends, the best first; none on a server without friends",
      perMinute: PER_MINUTE,
      codes: ["BOARD_UNKNOWN"],
      result: page,
      async answer({ params, caller }) {
        const found = await boards.friends(params.board ?? "", caller.accountId);
        return {
          season: found?.season ?? 0,
          places: shown(found?.places ?? [], caller.accountId),
          next: null,
        };
      },
    }),
    readLeaderboardResults: route({
      method: "GET",
      path: "/v1/leaderboards/:board/seasons/:season",
      summary: "The final ranks of a season that has ended",
      perMinute: PER_MINUTE,
      codes: ["BOARD_UNKNOWN"],
      result: z.object({ results: z.array(result) }),
      async answer({ params, caller }) {
        const season = wholeOf(params.season ?? "", "season", 1, 2 ** 31 - 1);
        const results = await boards.results(params.board ?? "", season);
        return {
          results: results.map(({ accountId, prize: due, ...rest }) => ({
            ...rest,
            mine: accountId === caller.accountId,
            prize: due && { coins: due.coins, items: [...due.items] },
          })),
        };
      },
    }),
  };
}

/** @throws MESSAGE_INVALID it is no whole number within the limits */
function wholeOf(text: string, name: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new RoomkeepError("MESSAGE_INVALID", `${name}: a whole number from ${least} to ${most}`);
}
