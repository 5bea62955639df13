import type { PluginServices } from "roomkeep/server";
import type { z } from "zod";
import type { Queue } from "./match/queue.ts";
import type { Rating } from "./match/ratings.ts";
import type { MatchOfRoom } from "./rows/match-rooms.ts";
import type { RatedResult, ResultSide } from "./rows/results.ts";
import type { PlayedMatch, TicketView } from "./rows/view.ts";
import type { matchmakingSettings } from "./settings.ts";

/** What somebody asks a queue for; all but the queue may be left out. */
export interface TicketRequest {
  readonly queue: string;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  /** Roles that they offer; all when absent. Those of a party say theirs by `change`. */
  readonly roles?: readonly string[] | undefined;
  /** Ms by region. */
  readonly latency?: Readonly<Record<string, unknown>> | undefined;
}

/** What happened; of each kind it is counted how often. */
export type MatchmakingEvent = "join" | "leave" | "match" | "open" | "drop" | "late" | "fill" | "result";

/** Matches by rating: the plugin's API for rooms, routes and other plugins. */
export interface Matchmaking {
  readonly queues: readonly Queue[];
  /** The match that a room was opened for; undefined: it was opened for none. */
  matchOf(roomId: string): Promise<MatchOfRoom | undefined>;
  /**
   * Rates a match, once: all its accounts or none. Called by its room.
   *
   * @param match id, as `matchOf` gives it
   * @throws MATCH_UNKNOWN, RESULT_INVALID, RESULT_REUSED nothing was changed
   * @example
   * await this.plugin(matchmaking).result(match.id, [
   *   { accounts: winners, rank: 1 },
   *   { accounts: losers, rank: 2 },
   * ]);
   */
  result(match: string, sides: readonly ResultSide[]): Promise<RatedResult>;
  /** Says whether who leaves a match is replaced from its queue. @throws MATCH_UNKNOWN */
  backfill(match: string, isOn: boolean): Promise<void>;
  /** The rating with which an account waits in a queue. @throws QUEUE_UNKNOWN */
  ratingOf(account: string, queue: string): Promise<Rating & { readonly games: number }>;
  /**
   * Joins a queue, with the whole party of the account if it is in one and leads it.
   *
   * @throws QUEUE_UNKNOWN, QUEUE_CLOSED, QUEUE_MEMBER, QUEUE_PENALTY, QUEUE_PARTY_TOO_LARGE, TICKETS_FULL,
   *   QUEUE_PROPERTY_INVALID, QUEUE_ROLE_UNKNOWN, QUEUE_LATENCY_INVALID, PARTY_LEADER_ONLY, PARTY_AWAY
   */
  join(account: string, asked: TicketRequest): Promise<void>;
  /**
   * Says anew what one member offers and measures.
   *
   * @throws QUEUE_NONE, QUEUE_ROLE_UNKNOWN, QUEUE_LATENCY_INVALID
   */
  change(account: string, asked: Pick<TicketRequest, "roles" | "latency">): Promise<void>;
  /**
   * Leaves the queue with the whole party. Out of a match that was found it counts as declined.
   *
   * @throws QUEUE_NONE
   */
  leave(account: string): Promise<void>;
  /** Answers a ready check; the first answer counts. @throws READY_OVER */
  answer(account: string, match: string, isReady: boolean): Promise<void>;
  ticket(account: string): Promise<TicketView>;
  played(account: string): Promise<PlayedMatch[]>;
  /** Lets a player into the room of a match. @throws MATCH_RESERVED */
  admit(roomId: string, account: string): Promise<void>;
  entered(roomId: string, account: string): Promise<void>;
  exited(roomId: string, account: string): Promise<void>;
  /** The room of a match has gone to another process; its seats go along. */
  moved(roomId: string, successorId: string): Promise<void>;
  /** Looks after all queues now, as each process does every `passMs`. */
  look(): Promise<void>;
  /** How often each event happened in this process. */
  readonly counts: ReadonlyMap<MatchmakingEvent, number>;
  /** Seconds of the passes of this process, and how many there were. */
  readonly passes: { readonly seconds: number; readonly count: number };
  readonly services: MatchmakingServices;
}

/** Services of the plugin, with its settings. */
export type MatchmakingServices = PluginServices<z.output<typeof matchmakingSettings>>;
