import { CLOSE, type ErrorCode } from "../../shared/index.ts";
import type { RateLimit } from "../messaging/rate-limit.ts";
import type { RoomPlayer } from "../player.ts";
import type { CheatAction, CheatPort, LastInput } from "../ports/cheats.ts";
import type { Log } from "../ports/ports.ts";
import { type CheatSignal, pointsOf } from "./cheat-signals.ts";

/** Cheat detection of a room, as its game sets it. */
export interface CheatDetectionOptions {
  /** Score at which a player is suspected. Default: the process's, ROOMKEEP_CHEAT_THRESHOLD, 10. */
  readonly threshold?: number;
  /** What happens then. Default: the process's, ROOMKEEP_CHEAT_ACTION, "note". */
  readonly action?: CheatAction;
  /** Seconds in which points decay by half. Default 30. */
  readonly halfLifeS?: number;
  /** Points of one count by signal: those of the framework, or the game's own. 0: it does not count. */
  readonly points?: Readonly<Record<string, number>>;
  /**
   * Top speed over the ground, m/s, for a game whose step or messages take a player's word for a way.
   * Undefined: ways are not measured; the server's own step has none that is too long.
   */
  readonly maxMps?: number;
}

/** The reason why a player is suspected. */
export interface CheatSuspected {
  /** Points that the player had at that moment, those of all signals together. */
  readonly score: number;
  /** Points by signal, the greatest first. */
  readonly signals: Readonly<Record<string, number>>;
  /** What the room does about it. */
  readonly action: CheatAction;
}

/** The cheat detection of one room. */
export interface CheatDetection<P extends RoomPlayer> {
  /** Counts a signal against a player. */
  suspect(player: P, signal: CheatSignal, count?: number): void;
  /** Counts an attempt: those past the pace count as a signal. */
  suspectBeyond(player: P, signal: CheatSignal, pace: RateLimit): void;
  /** A request of the player was refused. */
  refused(player: P, code: ErrorCode): void;
  /** The connection of the player was closed by the server. */
  closed(player: P, code: number | undefined): void;
}

/** The part of a room that its cheat detection uses. */
export interface CheatDetectionHost<P extends RoomPlayer> {
  readonly roomName: string;
  readonly roomId: string;
  readonly port: CheatPort;
  readonly log: Log;
  /** Room time, ms. */
  now(): number;
  options(): CheatDetectionOptions;
  lastInputs(player: P): readonly LastInput[];
  /** Tells the game. */
  suspected(player: P, suspected: CheatSuspected): void;
}

const HALF_LIFE_S = 30;
/** Shortest time between two flags of one player, ms. */
const FLAG_PAUSE_MS = 60_000;
/** Time for which a player is slowed, ms. */
const SLOW_MS = 60_000;
/** What a stalled connection or an impatient person brings at once, and what a person goes on with. */
const REFUSALS: RateLimit = { perSecond: 5, burst: 30 };
const OVER_RATE: RateLimit = { perSecond: 2, burst: 20 };
/** Refusals that are not the player's doing. */
const INNOCENT: ReadonlySet<ErrorCode> = new Set([
  "TRAVELLING",
  "QUEUE_FULL",
  "DATABASE_UNAVAILABLE",
  "REDIS_UNAVAILABLE",
]);
/** Refusals that are strikes, and counted as such. */
const STRIKES: ReadonlySet<ErrorCode> = new Set(["MESSAGE_INVALID", "MESSAGE_UNKNOWN"]);

/**
 * Opens the cheat detection of a room: signals add points to a player, which decay; a player who comes to the
 * threshold is flagged for operators, the game is told, and the room does what its setting says.
 */
export function openCheatDetection<P extends RoomPlayer>(host: CheatDetectionHost<P>): CheatDetection<P> {
  const { port, log, roomName: game, roomId } = host;
  const actionNow = (): CheatAction => host.options().action ?? port.settings.action;

  function raise(player: P, action: CheatAction): void {
    const { suspicion, claim } = player;
    const { signals } = suspicion;
    const score = Math.round(suspicion.score * 10) / 10;
    suspicion.flaggedAtMs = host.now();
    suspicion.clear();
    const flag = { score, signals, action };
    const { id: character, accountId: account } = claim.sheet;
    log.warn({ player: player.sessionId, account, character, ...flag }, "a player is suspected of cheating");
    port.raise({ ...flag, account, character, game, roomId, inputs: host.lastInputs(player) });
    host.suspected(player, flag);
    if (action === "slow") suspicion.slowUntilMs = host.now() + SLOW_MS;
    if (action === "kick") player.client.leave(CLOSE.KICKED, "suspected of cheating");
  }

  const detection: CheatDetection<P> = {
    suspect(player, signal, count = 1) {
      const { threshold = port.settings.threshold, halfLifeS = HALF_LIFE_S, points } = host.options();
      const action = actionNow();
      const added = count * pointsOf(signal, points);
      if (action === "off" || !(added > 0)) return;
      const { suspicion } = player;
      const score = suspicion.add(signal, added, host.now(), halfLifeS * 1000);
      if (score >= threshold && host.now() - suspicion.flaggedAtMs >= FLAG_PAUSE_MS) raise(player, action);
    },
    suspectBeyond(player, signal, pace) {
      if (!player.suspicion.paces.take(signal, pace, host.now())) detection.suspect(player, signal);
    },
    refused(player, code) {
      if (INNOCENT.has(code) || STRIKES.has(code)) return;
      if (code === "RATE_LIMITED") detection.suspectBeyond(player, "message-flood", OVER_RATE);
      else detection.suspectBeyond(player, "refusals", REFUSALS);
    },
    closed(player, code) {
      // Strikes have been counted one by one.
      if (code === CLOSE.ABUSE) detection.suspect(player, "socket-flood");
    },
  };
  return detection;
}
