import { channel } from "node:diagnostics_channel";
import { readErrorCode } from "../../shared/index.ts";

const joins = channel("roomkeep:join");

/** How a join ended, as published on the channel "roomkeep:join": one message for each. */
export interface JoinOutcome {
  /** "joined", the code of the refusal, or "other". */
  readonly outcome: string;
  /** Time from the seat's connection, ms; undefined: it was refused. */
  readonly ms?: number;
}

const travels = channel("roomkeep:travel");

/** How a journey to another room ended, as published on the channel "roomkeep:travel". */
export interface TravelOutcome {
  /** Name of the game that it led to; "none": no game of this server. */
  readonly game: string;
  /** "arrived", or the code of the refusal. */
  readonly outcome: string;
}

/** Tells how a journey ended. */
export function noteTravel(game: string, outcome: string): void {
  if (travels.hasSubscribers) travels.publish({ game, outcome } satisfies TravelOutcome);
}

/** Tells that a player has joined. */
export function noteJoined(ms: number): void {
  if (joins.hasSubscribers) joins.publish({ outcome: "joined", ms } satisfies JoinOutcome);
}

/** Tells that a join was refused, by the code in its error. */
export function noteRefusedJoin(error: unknown): void {
  if (!joins.hasSubscribers) return;
  const code = error instanceof Error ? readErrorCode(error.message).code : undefined;
  joins.publish({ outcome: code ?? "other" } satisfies JoinOutcome);
}
