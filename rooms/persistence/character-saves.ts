import { setTimeout as sleep } from "node:timers/promises";
import { RoomkeepError } from "../../shared/index.ts";
import { AUTOSAVE_MS, isFinitePose, withTimeout } from "../../shared/internal.ts";
import type { Player, RoomPlayer } from "../player.ts";
import type { CharacterPort, CharacterState, Claim, Log, Place } from "../ports/ports.ts";
import { maySaveLater, tellUnsaved } from "./unsaved-states.ts";

/** A join ends within this time, one way or the other. */
const JOIN_TIMEOUT_MS = 10_000;
/** A move by less than this is not worth a write, metres. */
const MOVED_M = 0.25;
/**
 * Pauses between attempts to save on leave while the database is away and there is no disk for the save, ms.
 */
const RETRY_MS = [200, 1_000, 3_000];

/**
 * Claims a character for a join. A claim that comes after the time-out is given up again, so that no ghost
 * keeps the character.
 *
 * @throws RoomkeepError JOIN_TIMEOUT, and what the port throws
 */
export async function claimCharacter(
  characters: CharacterPort,
  id: string,
  holder: { roomId: string },
): Promise<Claim> {
  return withTimeout(JOIN_TIMEOUT_MS, characters.claim(id, holder), {
    error: () => new RoomkeepError("JOIN_TIMEOUT"),
    late: (claim) => void characters.abandon(claim).catch(() => {}),
  });
}

/** The state of a player to be saved now, with the place in the zone where the room has one. */
export function captureState(player: Player, zone: string | undefined): CharacterState {
  const { places } = player.claim.sheet.state;
  // The former place is better than none.
  const hasPlace = zone !== undefined && isFinitePose(player.avatar);
  return captureStats(player, hasPlace ? { ...places, [zone]: placeOf(player) } : places);
}

/**
 * The state of a player to be saved, of a room without a world: the places are those that the character came
 * with.
 */
export function captureStats(
  { stats, claim }: RoomPlayer,
  places: CharacterState["places"] = claim.sheet.state.places,
): CharacterState {
  return { v: 1, places, stats: structuredClone(stats) };
}

/** Pose of a player's avatar. */
export function placeOf({ avatar }: Player): Place {
  return { x: avatar.x, y: avatar.y, z: avatar.z, yaw: avatar.yaw };
}

/**
 * Saves and releases. While the database is away the save goes to the local disk and is written later. A
 * fenced copy is dropped, never retried. A state that cannot be saved is logged and counted, and the
 * character is released without it: it is free, with its last saved state.
 */
export async function releaseCharacter(
  characters: CharacterPort,
  player: RoomPlayer,
  state: CharacterState,
  log: Log,
): Promise<void> {
  const who = { player: player.sessionId, character: player.claim.sheet.id };
  for (let attempt = 0; ; attempt++) {
    try {
      const outcome = await characters.release(player.claim, state);
      if (outcome === "fenced") log.warn(who, "save refused: the character has another owner");
      return;
    } catch (error) {
      const mayRetry = maySaveLater(error);
      if (mayRetry && (await keepOnDisk(characters, player.claim, state, who, log))) return;
      const wait = mayRetry ? RETRY_MS[attempt] : undefined;
      if (wait === undefined) {
        tellUnsaved(log, "character", who, error);
        // If the database is away, the lease is not renewed any more and runs out.
        return characters
          .abandon(player.claim)
          .catch((cause) => log.warn({ ...who, err: cause }, "character not given up; its lease runs out"));
      }
      await sleep(wait);
    }
  }
}

async function keepOnDisk(
  characters: CharacterPort,
  claim: Claim,
  state: CharacterState,
  who: object,
  log: Log,
): Promise<boolean> {
  try {
    return await characters.keep(claim, state);
  } catch (error) {
    log.error({ ...who, err: error }, "a last save could not be kept on the disk");
    return false;
  }
}

/** The part of a room that {@link saveIfDue} uses. */
export interface AutosaveHost<P extends RoomPlayer> {
  readonly players: ReadonlyMap<string, P>;
  readonly characters: CharacterPort;
  readonly log: Log;
  /** False while the character is on its way to another room: the hand-over has saved it. */
  mayWrite(player: P): boolean;
  /** True if the player's state differs from what was saved last. */
  isDirty(player: P): boolean;
  /** The state to be saved; the player counts as saved from then on. */
  capture(player: P): CharacterState;
}

/** Saves at most one due and changed player a call, so that saves never come in a burst. `now` in room ms. */
export function saveIfDue<P extends RoomPlayer>(host: AutosaveHost<P>, now: number): void {
  for (const player of host.players.values()) {
    if (now - player.savedAt < AUTOSAVE_MS || !host.mayWrite(player)) continue;
    player.savedAt = now;
    if (!host.isDirty(player)) continue;
    player.statsChanged = false;
    host.characters
      .save(player.claim, host.capture(player))
      .catch((error) =>
        host.log.error(
          { err: error, player: player.sessionId, character: player.claim.sheet.id },
          "autosave failed, will try again",
        ),
      );
    return;
  }
}

/** True if a player's stats or place in the zone differ from what was saved last. */
export function hasChanged(player: Player, zone: string | undefined): boolean {
  if (player.statsChanged) return true;
  if (!zone) return false;
  const { x, y, z } = player.savedPlace;
  return !(Math.hypot(player.avatar.x - x, player.avatar.y - y, player.avatar.z - z) <= MOVED_M);
}
