import type { z } from "zod";
import type { Refusal } from "../../shared/index.ts";
import type { Action } from "../messaging/message-router.ts";
import type { RoomPlayer } from "../player.ts";
import type { Turns } from "./turns.ts";

/**
 * Who may act: everybody with a seat, the one whose turn it is, the leader, or who a function says; it may
 * return a refusal with a reason of its own.
 */
export type Actors<P extends RoomPlayer = RoomPlayer> =
  | "all"
  | "turn"
  | "leader"
  | { bivariant(player: P): boolean | Refusal }["bivariant"];

/** A message that players may send in a phase. Made by {@link phaseMessage}. */
export interface PhaseMessage {
  readonly schema: z.ZodType;
  readonly act: Action<never, never>;
  readonly who: Actors | undefined;
}

/**
 * Declares a message of a phase. It is checked as each message of a room is: its rate, its payload, and then
 * whether the phase is on and the player may act in it.
 *
 * @param act what the message does; a refusal changes nothing, and is told to the sender alone
 * @param who may send it; default: who may act in the phase
 * @example
 * phaseMessage(z.strictObject({ card: z.int() }), (player, { card }) => this.play(player, card));
 */
export function phaseMessage<T, P extends RoomPlayer = RoomPlayer>(
  schema: z.ZodType<T>,
  act: Action<P, T>,
  who?: Actors<P>,
): PhaseMessage {
  return { schema, act: act as Action<never, never>, who: who as Actors | undefined };
}

/** The phases of a room that is open: which is on, and what ends it. */
export interface PhaseControls<Name extends string = string> {
  /** The phase that is on. */
  readonly current: Name;
  readonly isPaused: boolean;
  /** Whose turn it is. */
  readonly turn: Turns;
  /** Ends the phase that is on and begins another, or the same anew. @throws ROOM_NOT_OPEN */
  go(name: Name): void;
  /** Ends the phase that is on, as if its time had run out: its `next` begins, if it has one. */
  end(): void;
  /** The phases stand still: no time passes, and who acts is refused with GAME_PAUSED. */
  pause(): void;
  /** Ends a pause; what is left of the time runs on. */
  resume(): void;
}

/**
 * A part of a game. Every key is optional. Hooks are given the phases: `this.phases` is not typed yet where
 * they are declared, but in the methods of the room it is.
 */
export interface Phase<Name extends string = string> {
  /**
   * Its length in seconds of room time, by a number or asked for at its begin, such as from the settings.
   * Without it the phase has no end of its own.
   */
  readonly seconds?: number | (() => number);
  /** Who may act. Default: all. */
  readonly who?: Actors;
  /**
   * What players may send, by type. The same type in several phases has the same schema. In every other phase
   * it is refused with PHASE_WRONG.
   */
  readonly messages?: Readonly<Record<string, PhaseMessage>>;
  /** The phase begins: its time starts afterwards. */
  enter?(phases: PhaseControls<Name>): void;
  /** The phase ends, whatever ended it. */
  exit?(phases: PhaseControls<Name>): void;
  /** Asked after each message that was acted upon, and when a player drops or leaves: true ends the phase. */
  readonly until?: () => boolean;
  /** What follows when the phase ends; the same name begins it anew. */
  readonly next?: Name | (() => Name);
  /**
   * What happens when the one whose turn it is drops: `wait` for their return for as long as the time lasts
   * and the seat is kept, `skip` to the next, or `end` the phase. Who leaves for good is skipped, or ends it.
   * Default: wait.
   */
  readonly turnDropped?: "wait" | "skip" | "end";
  /** Fewest players who are there, bots included. Default: 0. */
  readonly playersMin?: number;
  /** What happens below `playersMin`: a `pause` until there are enough again, or another phase. */
  readonly below?: "pause" | Name;
  /** True: the leader may send `rematch` here; the game begins anew, with the same settings and people. */
  readonly rematch?: boolean;
}
