import type { PluginServices } from "roomkeep/server";
import { RoomkeepError, refuse } from "roomkeep/shared";
import { matchmaking } from "../matchmaking/index.ts";
import { notifications } from "../notifications/index.ts";
import type { TournamentEvent, TournamentSettings, Tournaments } from "./api.ts";
import { openNotices } from "./notices.ts";
import { openRounds } from "./rounds.ts";
import { isScore, join, leave, submit } from "./rows/entries.ts";
import { cancel } from "./rows/life.ts";
import { admit, entered, moved } from "./rows/match-rooms.ts";
import { decide, report } from "./rows/matches.ts";
import { create } from "./rows/planning.ts";
import {
  listTournaments,
  readBracket,
  readEntrants,
  readOwnMatches,
  readTournament,
} from "./rows/reading.ts";
import { accountsOf, lockTournament } from "./rows/tournament-rows.ts";

/** Pages of a tournament that are told at once; those of larger ones ask now and then. */
const TOLD_MAX = 200;

/** Opens the tournaments of a process. */
export function openTournaments(services: PluginServices<TournamentSettings>): Tournaments {
  const { db, people, log, settings } = services;
  const ratings = services.optional(matchmaking);
  const warn = (error: unknown) => log.warn({ err: error }, "a notice of a tournament was not written");
  const notices = openNotices(services.optional(notifications), warn);
  const counts = new Map<TournamentEvent, number>();
  const count = (event: TournamentEvent) => counts.set(event, (counts.get(event) ?? 0) + 1);
  const tell = (accounts: readonly string[]) => {
    for (const account of accounts.slice(0, TOLD_MAX)) void people.tell(account, "changed", {});
  };
  const changed = async (id: string) => tell(await accountsOf(db, id));

  const round = openRounds({ services, notices, count, tell, changed });

  return {
    cups: settings.cups,
    services,
    counts,
    round,
    changed,
    async submit({ claim }, cup, score) {
      if (!isScore(score)) return refuse("SCORE_INVALID");
      try {
        const answer = await submit(services, cup, claim.sheet.accountId, score);
        if (answer.ok) count("score");
        return answer;
      } catch (error) {
        log.warn({ err: error, cup }, "a score of a tournament was not written");
        return refuse("DATABASE_UNAVAILABLE");
      }
    },
    async report({ roomId }, results) {
      const reported = await report(services, roomId, results);
      if (!reported.repeated) {
        count("result");
        if (reported.step) count(reported.step);
        await changed(reported.tournament);
      }
      return reported;
    },
    list: (account) => listTournaments(db, account),
    read: (id, account) => readTournament(db, id, account),
    entrants: (id) => readEntrants(db, id),
    bracket: (id) => readBracket(db, id),
    matchesOf: (account) => readOwnMatches(db, account),
    async join(id, account) {
      const { cup } = await readTournament(db, id, account);
      const queue = settings.cups.find(({ name }) => name === cup)?.bracket?.seedBy;
      // Of somebody who has not played it is no rating, but a guess.
      const known = queue === undefined ? undefined : await ratings?.ratingOf(account, queue);
      await join(services, id, account, known && known.games > 0 ? known.mu : null);
      count("join");
      tell([account]);
    },
    async leave(id, account) {
      await leave(services, id, account);
      count("leave");
      tell([account]);
    },
    within: {
      async create(tx, name, wanted) {
        const cup = settings.cups.find((one) => one.name === name);
        if (!cup) throw new RoomkeepError("TOURNAMENT_INVALID", "This server has no cup of this name.");
        return create(tx, cup, wanted);
      },
      async open(tx, id) {
        await lockTournament(tx, id);
        const [rows] = await tx.query<[unknown[], number]>(
          `UPDATE tournament SET opens_at = clock_timestamp() WHERE id = $1 AND state = 'open'
             AND opens_at > clock_timestamp() RETURNING id`,
          [id],
        );
        if (rows.length === 0)
          throw new RoomkeepError("TOURNAMENT_CLOSED", "The registration is open already, or over.");
      },
      async cancel(tx, id, why) {
        await cancel(tx, await lockTournament(tx, id), why);
        count("cancel");
      },
      async decide(tx, id, match) {
        const step = await decide(tx, id, match);
        count("decide");
        if (step) count(step);
      },
    },
    admit: (roomId, account) => admit(db, roomId, account),
    entered: (roomId, account) => entered(db, roomId, account),
    moved: (roomId, to) => moved(db, roomId, to),
  };
}
