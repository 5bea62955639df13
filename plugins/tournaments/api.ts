import type { RoomPlayer } from "roomkeep/rooms";
import type { Db, PluginServices } from "roomkeep/server";
import type { Refusal } from "roomkeep/shared";
import type { Scored } from "./rows/entries.ts";
import type { MatchKey } from "./rows/match-rows.ts";
import type { Reported, SideResult } from "./rows/matches.ts";
import type { NewTournament } from "./rows/planning.ts";
import type { OwnMatch, ShownEntrant, ShownMatch, ShownTournament } from "./rows/reading.ts";
import type { Cup } from "./rules/cup.ts";

/** What happened; of each kind it is counted how often. */
export type TournamentEvent =
  | "join"
  | "leave"
  | "start"
  | "end"
  | "cancel"
  | "score"
  | "match"
  | "no-show"
  | "reopen"
  | "seed"
  | "result"
  | "decide"
  | "prize"
  | "refund"
  | "lapsed"
  | "refused";

/** Settings that tournaments are opened with. */
export interface TournamentSettings {
  readonly cups: readonly Cup[];
  /** Seconds between two looks. */
  readonly checkS: number;
}

/** Tournaments: the plugin's API for rooms, routes and other plugins. Results come from rooms alone. */
export interface Tournaments {
  readonly cups: readonly Cup[];
  /**
   * Takes a score of a player for the tournament of a cup that runs, by one try. Never throws.
   *
   * @param score finite, from -(2^53 - 1) to 2^53 - 1
   * @returns a refusal with SCORE_INVALID, TOURNAMENT_STRANGER or TOURNAMENT_TRIES, nothing was changed; or
   *   DATABASE_UNAVAILABLE: it may count or not
   * @example
   * void this.plugin(tournaments).submit(player, "laps", 73.25);
   */
  submit(player: Pick<RoomPlayer, "claim">, cup: string, score: number): Promise<Scored | Refusal>;
  /**
   * Takes the result of a match from the room that was opened for it, once: the winner goes on.
   *
   * @param room the room itself
   * @param results of the two, with unlike scores
   * @throws SCORE_INVALID, TOURNAMENT_MATCH_UNKNOWN, TOURNAMENT_MATCH_OVER, TOURNAMENT_RESULT_INVALID nothing
   *   was changed
   * @example
   * await this.plugin(tournaments).report(this, [
   *   { account: winner.claim.sheet.accountId, score: 1 },
   *   { account: loser.claim.sheet.accountId, score: 0 },
   * ]);
   */
  report(room: { readonly roomId: string }, results: readonly SideResult[]): Promise<Reported>;
  list(account: string | null): Promise<ShownTournament[]>;
  /** @throws TOURNAMENT_UNKNOWN */
  read(id: string, account: string | null): Promise<ShownTournament>;
  entrants(id: string): Promise<ShownEntrant[]>;
  /** @throws TOURNAMENT_UNKNOWN */
  bracket(id: string): Promise<ShownMatch[]>;
  matchesOf(account: string): Promise<OwnMatch[]>;
  /** Joins and pays the fee; see `join` of the rows for what it throws. */
  join(id: string, account: string): Promise<void>;
  /** Leaves before the start, and gets the fee back. */
  leave(id: string, account: string): Promise<void>;
  /** Parts of an operator's transaction. @throws TOURNAMENT_INVALID, TOURNAMENT_UNKNOWN, TOURNAMENT_OVER */
  readonly within: {
    create(db: Db, cup: string, wanted: NewTournament): Promise<string>;
    /** Opens the registration now. @throws TOURNAMENT_CLOSED it is open, or over */
    open(db: Db, id: string): Promise<void>;
    cancel(db: Db, id: string, why: string): Promise<void>;
    decide(db: Db, id: string, match: MatchKey & { readonly account: string }): Promise<void>;
  };
  /** Pages of those in a tournament read it anew; to be called after `within`. */
  changed(id: string): Promise<void>;
  /** For the room of a match. @throws MATCH_RESERVED */
  admit(roomId: string, account: string): Promise<void>;
  entered(roomId: string, account: string): Promise<void>;
  moved(roomId: string, to: string): Promise<void>;
  /** Does what is due: starts, rooms, ends, prizes. Runs by itself, in several processes at once. */
  round(): Promise<void>;
  readonly counts: ReadonlyMap<TournamentEvent, number>;
  readonly services: PluginServices<TournamentSettings>;
}
