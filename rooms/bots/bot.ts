import type { GameState } from "../../shared/index.ts";

/** What a bot sees: the same as a player in its seat, the own secrets included and no others'. */
export interface SeatView<S = GameState> {
  /** Id of its seat. */
  readonly me: string;
  /** The state as it is sent to a player in this seat; a copy that nobody else has. */
  readonly state: S;
  /** The next number of a seeded generator, from 0 to 1: a bot that uses no other chance can be run again. */
  random(): number;
}

/** A message that a bot sends, as a player would. */
export interface BotAction {
  readonly type: string;
  readonly message?: unknown;
}

/** The bots of a game. */
export interface BotOptions<S = GameState> {
  /**
   * What to do; nothing: wait until something has changed. What it sends goes through the same checks as a
   * player's message: payload, rate, phase, turn.
   */
  readonly bot: (view: SeatView<S>) => BotAction | undefined;
  /** Bots fill the seats up to so many when a game begins. Default: 0. */
  readonly fillTo?: number;
  /** True: a bot goes on for a player who leaves for good during a game. Default: true. */
  readonly replace?: boolean;
  /** Least and most seconds that a bot thinks. Default: 0.5 to 2. */
  readonly thinkS?: readonly [least: number, most: number];
  /** Their names, in turn. */
  readonly names?: readonly string[];
}

/** The bots of a game, as its room and `roomkeep bots` use them. Made by {@link defineBots}. */
export type Bots = BotOptions<never>;

/**
 * Declares the bots of a game: they fill seats up when it begins, go on for those who leave for good, and
 * step aside for those who come. `roomkeep bots` plays by the same function, from outside.
 *
 * @example
 * static override readonly bots = defineBots<GuessState>({
 *   fillTo: 3,
 *   bot({ state, random }) {
 *     if (state.phase !== "guess") return undefined;
 *     return { type: "guess", message: { number: 1 + Math.floor(random() * 10) } };
 *   },
 * });
 */
export function defineBots<S = GameState>(options: BotOptions<S>): Bots {
  return options as unknown as Bots;
}
