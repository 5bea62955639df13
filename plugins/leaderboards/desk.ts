import { deskOperation, type PluginOperation } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Leaderboards } from "./leaderboards.ts";
import { PAGE_MAX, type Place } from "./pages.ts";

const board = z.string().max(64).meta({ description: "name of the board" });
const season = z.int().min(1).meta({ description: "number of the season" });
const reason = z.string().trim().min(1).max(500).meta({ description: "for the audit log" });
const place = z.object({
  rank: z.int(),
  account: z.uuid(),
  name: z.string().nullable(),
  score: z.number(),
});

/** What operators do with boards. */
export function boardOperations(boards: Leaderboards): Record<string, PluginOperation> {
  return {
    list: deskOperation({
      summary: "The boards with their open seasons",
      permission: "look",
      kind: "read",
      params: z.object({}),
      result: z.object({
        boards: z.array(
          z.object({
            name: z.string(),
            season: z.int(),
            startedAt: z.iso.datetime(),
            endsAt: z.iso.datetime().nullable(),
            players: z.int(),
            ended: z.array(z.int()).meta({ description: "ended seasons whose ranks are kept" }),
          }),
        ),
      }),
      run: async () => ({
        boards: (await boards.list()).map(({ board: { name }, ended, ...state }) => ({
          name,
          ...state,
          ended: [...ended],
        })),
      }),
      text: ({ boards: all }) =>
        all.map(
          (one) =>
            `${one.name}  season ${one.season}, ends ${one.endsAt ?? "by hand"}  ${one.players} players`,
        ),
    }),
    places: deskOperation({
      summary: "Places of a board: the best, those after a cursor, or those about an account",
      permission: "look",
      kind: "read",
      params: z.object({
        board,
        account: z.uuid().optional().meta({ description: "shows the places about this account" }),
        after: z.string().max(80).optional().meta({ description: "cursor of the page before" }),
        limit: z.int().min(1).max(PAGE_MAX).default(20),
      }),
      result: z.object({ season: z.int(), places: z.array(place), next: z.string().nullable() }),
      codes: ["BOARD_UNKNOWN", "MESSAGE_INVALID"],
      async run(_context, { board: name, account, after, limit }) {
        const page = account
          ? await boards.around(name, account, Math.floor(limit / 2))
          : await boards.top(name, { after, limit });
        return { ...page, places: page.places.map(shownOf) };
      },
      text: ({ places, next }) => [
        ...places.map((one) => `${one.rank}  ${one.name ?? "(deleted)"}  ${one.score}  ${one.account}`),
        ...(next === null ? [] : [`More by --after ${next}`]),
      ],
    }),
    results: deskOperation({
      summary: "Final ranks of a season that has ended, and what became of their prizes",
      permission: "look",
      kind: "read",
      params: z.object({ board, season }),
      result: z.object({
        results: z.array(
          z.object({
            rank: z.int(),
            account: z.uuid().nullable(),
            name: z.string().nullable(),
            score: z.number(),
            hasPrize: z.boolean(),
            isPaid: z.boolean(),
          }),
        ),
      }),
      codes: ["BOARD_UNKNOWN"],
      run: async (_context, { board: name, season: number }) => ({
        results: (await boards.results(name, number)).map(({ accountId, prize, ...rest }) => ({
          ...{ account: accountId, rank: rest.rank, name: rest.name, score: rest.score },
          ...{ hasPrize: prize !== null, isPaid: rest.isPaid },
        })),
      }),
      text: ({ results }) =>
        results.map((one) => {
          const prize = !one.hasPrize ? "" : one.isPaid ? "  paid" : "  not paid";
          return `${one.rank}  ${one.name ?? "(deleted)"}  ${one.score}${prize}`;
        }),
    }),
    remove: deskOperation({
      summary: "Take the score of an account off the open season of a board, such as a cheat's",
      permission: "sanction",
      kind: "write",
      params: z.object({ board, account: z.uuid(), reason }),
      result: z.object({ removed: z.literal(true) }),
      codes: ["BOARD_UNKNOWN", "ACCOUNT_UNKNOWN"],
      async run({ db, concerns }, { board: name, account }) {
        concerns(account);
        if (!(await boards.remove(name, account, db)))
          throw new RoomkeepError("ACCOUNT_UNKNOWN", "This account has no score on the board.");
        return { removed: true as const };
      },
      text: () => ["It is off the board."],
    }),
    end: deskOperation({
      summary: "End the open season of a board now; prizes follow within seconds, the next season begins",
      permission: "items",
      kind: "write",
      params: z.object({ board, season, reason }),
      result: z.object({
        ended: z.boolean().meta({ description: "false: another season is open, nothing was done" }),
      }),
      codes: ["BOARD_UNKNOWN"],
      run: async ({ db }, { board: name, season: number }) => ({
        ended: await boards.end(name, number, db),
      }),
      text: ({ ended }) => [ended ? "The season has ended." : "Another season is open: nothing was done."],
    }),
  };
}

function shownOf({ rank, accountId, name, score }: Place) {
  return { rank, account: accountId, name, score };
}
