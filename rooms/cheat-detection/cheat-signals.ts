/**
 * What is counted against a player, with the points of one count. The server computes every outcome, so most
 * of it are attempts that were refused or had no effect; a person who plays never comes to the threshold.
 */
export const CHEAT_SIGNALS = {
  /** An input frame beyond those that the room's time and the last silence allow: a clock that runs fast. */
  "input-rate": 1,
  /** Nearly two seconds or more of input frames that were held back and came at once. */
  "input-burst": 3.6,
  /** An input frame that claims to have seen a time which the room has not come to. */
  "clock-ahead": 1,
  /** A metre moved beyond the top speed, by inputs or messages; see `maxMps`. */
  speed: 1,
  /** A jump by inputs or messages, from one tick to the next. */
  teleport: 4,
  /** A request for something that is far out of reach. */
  reach: 2.5,
  /** A shot beyond the rate of fire that the game allows. */
  "fire-rate": 1,
  /** A message beyond its rate limit, past what a stalled connection explains. */
  "message-flood": 1,
  /** A refused request, past what a person can ask for. */
  refusals: 1,
  /** A malformed or unknown message or frame. The third in ten seconds also closes the connection. */
  malformed: 4,
  /** The connection was closed because it sent more than a socket may. */
  "socket-flood": 20,
  /** A gift of coins or items by trade, for each giver within a minute past the second. */
  trade: 2,
} as const;

/** A signal of the framework, or one that a game names. */
export type CheatSignal = keyof typeof CHEAT_SIGNALS | (string & {});

/** Points of one count of a signal. A game's own signals have one. */
export function pointsOf(signal: CheatSignal, own: Readonly<Record<string, number>> | undefined): number {
  return own?.[signal] ?? (CHEAT_SIGNALS as Readonly<Record<string, number>>)[signal] ?? 1;
}
