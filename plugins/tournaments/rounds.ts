import type { PluginServices } from "roomkeep/server";
import type { TournamentEvent, TournamentSettings } from "./api.ts";
import type { Notices } from "./notices.ts";
import { stepDue } from "./rows/life.ts";
import { lookAfterRooms, type MatchNews, openRooms } from "./rows/match-rooms.ts";
import { announceNext } from "./rows/planning.ts";
import { readTournament } from "./rows/reading.ts";
import { closeOne, settleOne } from "./rows/settling.ts";

/** Prizes and refunds that one round pays at most. */
const PAID_A_ROUND = 500;

/** What rounds work with. */
export interface RoundParts {
  readonly services: PluginServices<TournamentSettings>;
  readonly notices: Notices;
  count(event: TournamentEvent): void;
  tell(accounts: readonly string[]): void;
  changed(id: string): Promise<void>;
}

/** Does what is due, again and again until the process closes. @returns does it once */
export function openRounds({ services, notices, count, tell, changed }: RoundParts): () => Promise<void> {
  const { db, log, settings, onClose } = services;

  async function announceMatches(all: readonly MatchNews[]): Promise<void> {
    for (const { tournament, what, told, step } of all) {
      count(what);
      if (step) count(step);
      if (what === "match") {
        await notices.match(told, (await readTournament(db, tournament, null)).label);
        tell(told);
      } else await changed(tournament);
    }
  }

  async function round(): Promise<void> {
    for (const cup of settings.cups) await announceNext(db, cup);
    for (let due = await stepDue(services); due; due = await stepDue(services)) {
      count(due.step);
      await changed(due.id);
    }
    await announceMatches(await lookAfterRooms(services));
    await announceMatches(await openRooms(services));
    for (let n = 0; n < PAID_A_ROUND; n++) {
      const settled = await settleOne(services, notices.settled);
      if (!settled) break;
      count(settled.outcome === "paid" ? settled.kind : settled.outcome);
    }
    while (await closeOne(services));
  }

  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let isClosed = false;
  const plan = () => {
    if (isClosed) return;
    timer = setTimeout(() => {
      running = round()
        .catch((error: unknown) =>
          log.warn({ err: error }, "a round of the tournaments failed; it is done again"),
        )
        .finally(plan);
    }, settings.checkS * 1_000);
    timer.unref();
  };
  plan();
  onClose(async () => {
    isClosed = true;
    clearTimeout(timer);
    await running;
  });
  return round;
}
