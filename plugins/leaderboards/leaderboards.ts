import { Counter } from "prom-client";
import type { RoomPlayer } from "roomkeep/rooms";
import type { Db, PluginServices } from "roomkeep/server";
import { type Refusal, RoomkeepError, refuse } from "roomkeep/shared";
import type { Board } from "./board.ts";
import { settleBuckets, sparseBoards } from "./buckets.ts";
import { type BoardPage, bestOf, pageAround, placesOf, topPage } from "./pages.ts";
import { payPrize } from "./prizes.ts";
import { type BoardState, type Result, readBoards, readResults } from "./results.ts";
import { archiveSeason, clearSeasons, endSeason, openSeason } from "./seasons.ts";
import { type Submitted, submitScore } from "./submit.ts";

/** Prizes that one round pays at most. */
const PRIZES_A_ROUND = 200;
/** Longest time, ms, that the first page of a board is kept. */
const TOP_MS = 1_000;

/** The boards of a process. Scores come from rooms alone: there is no route that takes one. */
export interface Leaderboards {
  /**
   * Takes a score of a player, for the account. Never throws, so a room need not wait for it.
   *
   * @param score finite, from -(2^53 - 1) to 2^53 - 1; the change of a "sum"; a "count" grows by 1 whatever
   *   it is
   * @returns a refusal with SCORE_INVALID or BOARD_UNKNOWN, nothing was changed; or DATABASE_UNAVAILABLE: it
   *   may count or not, and a "sum" or "count" that is submitted again may count twice
   * @example
   * void this.plugin(leaderboards).submit(player, "laps", 73.25);
   */
  submit(player: Pick<RoomPlayer, "claim">, board: string, score?: number): Promise<Submitted | Refusal>;
  /** The best places, or those after the cursor of a page. @param limit 1 to 100, default 20 */
  top(board: string, page?: { after?: string | undefined; limit?: number }): Promise<BoardPage>;
  /** The place of an account and those beside it; none without a score. @param beside 0 to 50, default 5 */
  around(board: string, accountId: string, beside?: number): Promise<BoardPage>;
  /** The places of up to 100 accounts, such as friends, the best first. */
  places(board: string, accountIds: readonly string[]): Promise<BoardPage>;
  /**
   * The places of an account and its friends, the best hundred of them.
   * @returns undefined: the server has no friends
   */
  friends(board: string, accountId: string): Promise<BoardPage | undefined>;
  /** Whether the server has friends. */
  readonly hasFriends: boolean;
  /** All boards with their open season. */
  list(): Promise<BoardState[]>;
  /** Final ranks of a season that has ended. @throws BOARD_UNKNOWN */
  results(board: string, season: number): Promise<Result[]>;
  /**
   * Ends a season now, whatever its calendar says; prizes follow within seconds.
   *
   * @param season number of the open one; another one changes nothing, so a repetition neither
   * @param within a transaction that this is a part of; without it this is one of its own
   * @returns whether this call ended it
   */
  end(board: string, season: number, within?: Db): Promise<boolean>;
  /**
   * Takes the score of an account off a board, such as a cheat's.
   *
   * @param within a transaction that this is a part of
   * @returns whether there was one
   */
  remove(board: string, accountId: string, within?: Db): Promise<boolean>;
  /** Does what is due: ends of seasons, archives, prizes. Runs by itself, in several processes at once. */
  round(): Promise<void>;
  /** Counts, for /metrics. */
  readonly counters: readonly Counter[];
}

/** Settings that the boards are opened with. */
interface BoardSettings {
  readonly boards: readonly Board[];
  /** Seconds between two rounds. */
  readonly checkS: number;
}

/**
 * Opens the boards of a process: each has an open season afterwards.
 *
 * @param friendsOf ids of the friends of an account; undefined: the server has none
 */
export async function openLeaderboards(
  services: PluginServices<BoardSettings>,
  friendsOf: ((accountId: string) => Promise<string[]>) | undefined,
): Promise<Leaderboards> {
  const { db, transaction, log, settings, onClose } = services;
  const boards = new Map(settings.boards.map((board) => [board.name, board]));
  const counters = openCounters();
  const known = (name: string): Board => {
    const board = boards.get(name);
    if (!board) throw new RoomkeepError("BOARD_UNKNOWN");
    return board;
  };
  const ended = async (board: Board, number?: number, within?: Db): Promise<boolean> => {
    const ends = await endSeason(within ? (work) => work(within) : transaction, board, number);
    if (ends) counters.seasons.inc({ board: board.name });
    return ends;
  };

  /** Work in the background, by board; the end waits for it. */
  const settling = new Map<string, Promise<unknown>>();
  const settle = (name: string): void => {
    if (settling.has(name)) return;
    const work = settleBuckets(db, name)
      .catch((error: unknown) =>
        log.warn({ err: error, board: name }, "buckets were not cut; ranks take longer"),
      )
      .finally(() => settling.delete(name));
    settling.set(name, work);
  };

  for (const board of boards.values()) await openSeason(transaction, board);

  const top = services.cache<BoardPage>("top", {
    mostMs: TOP_MS,
    read: (key) => {
      const [name = "", limit] = key.split("/");
      return topPage(db, known(name), { after: undefined, limit: Number(limit) });
    },
  });

  async function round(): Promise<void> {
    for (const board of boards.values()) {
      await ended(board);
      while (await archiveSeason(transaction, board))
        log.info({ board: board.name }, "a season was archived");
    }
    for (let n = 0; n < PRIZES_A_ROUND; n++) {
      const outcome = await payPrize(services);
      if (!outcome) break;
      counters.prizes.inc({ outcome });
    }
    for (const name of await sparseBoards(db)) settle(name);
    await clearSeasons(db);
  }
  onClose(
    repeat(round, settings.checkS * 1_000, (error) =>
      log.warn({ err: error }, "a round of the boards failed"),
    ),
  );
  onClose(async () => void (await Promise.all(settling.values())));

  return {
    async submit(player, name, score = 1) {
      const board = boards.get(name);
      const count = (outcome: string) => counters.submits.inc({ board: board?.name ?? "", outcome });
      if (!board) {
        count("refused");
        return refuse("BOARD_UNKNOWN");
      }
      try {
        const host = { db, endDue: ended, settle: ({ name: crowded }: Board) => settle(crowded) };
        const answer = await submitScore(host, player, board, score);
        count(!answer.ok ? "refused" : answer.changed ? "taken" : "unchanged");
        return answer;
      } catch (error) {
        count("failed");
        log.warn({ err: error, board: name }, "a score was not written");
        return refuse("DATABASE_UNAVAILABLE");
      }
    },
    async top(name, { after, limit = 20 } = {}) {
      const board = known(name);
      return after === undefined ? top.get(`${name}/${limit}`) : topPage(db, board, { after, limit });
    },
    around: async (name, accountId, beside = 5) => pageAround(db, known(name), accountId, beside),
    places: async (name, accountIds) => placesOf(db, known(name), accountIds),
    async friends(name, accountId) {
      const board = known(name);
      return friendsOf && bestOf(db, board, [accountId, ...(await friendsOf(accountId))]);
    },
    hasFriends: friendsOf !== undefined,
    list: () => readBoards(db, [...boards.values()]),
    results: async (name, season) => readResults(db, known(name), season),
    end: async (name, season, within) => ended(known(name), season, within),
    remove: async (name, accountId, within = db) => removeScore(within, known(name), accountId),
    round,
    counters: Object.values(counters),
  };
}

async function removeScore(db: Db, { name }: Board, accountId: string): Promise<boolean> {
  const [removed] = await db.query<[{ account_id: string }[], number]>(
    `DELETE FROM leaderboard_score WHERE account_id = $2 AND season_id =
       (SELECT id FROM leaderboard_season WHERE board = $1 AND ended_at IS NULL) RETURNING account_id`,
    [name, accountId],
  );
  return removed.length > 0;
}

/** Runs work again and again, with a pause between. @returns stops it, and waits for a round under way */
function repeat(work: () => Promise<void>, pauseMs: number, failed: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const plan = (): void => {
    timer = setTimeout(() => {
      running = work()
        .catch(failed)
        .then(() => {
          if (timer) plan();
        });
    }, pauseMs);
    timer.unref();
  };
  plan();
  return async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    await running;
  };
}

function openCounters() {
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `roomkeep_leaderboards_${name}_total`, help, labelNames, registers: [] });
  return {
    submits: counter("submits", "Scores from rooms, by what became of them", ["board", "outcome"]),
    seasons: counter("seasons_ended", "Seasons that this process ended", ["board"]),
    prizes: counter("prizes", "Prizes that this process settled", ["outcome"]),
  };
}
