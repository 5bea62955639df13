import { AUTOSAVE_MS, isFinitePose, RoomkeepError } from "../../shared/index.ts";
import type { Player } from "../player.ts";
import type { CharacterPort, CharacterState, Claim, Log, Place } from "../ports/ports.ts";
import { maySaveLater, tellUnsaved } from "./unsaved-states.ts";

/** A join ends within this time, one way or the other. */
const JOIN_TIMEOUT_MS = 10_000;
/** A place that is nearer than this to the saved one is not worth a write, metres. */
const MOVED_M = 0.25;
/** Waits between tries to save on leave while the database is away and there is no disk to keep it on, ms. */
const RETRY_MS = [200, 1_000, 3_000];

/**
 * Claims a character for a join. A claim that comes after the time-out is given up again, so that no ghost keeps the
 * character.
 *
 * @throws RoomkeepError JOIN_TIMEOUT, and what the port throws
 */
export async function claimCharacter(
  characters: CharacterPort,
  id: string,
  holder: { roomId: string },
): Promise<Claim> {
  const claiming = characters.claim(id, holder);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new RoomkeepError("JOIN_TIMEOUT"));
      claiming.then((late) => characters.abandon(late)).catch(() => {});
    }, JOIN_TIMEOUT_MS);
  });
  try {
    return await Promise.race([claiming, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** What would be saved of a player now. */
export function captureState(player: Player, zone: string | undefined): CharacterState {
  const { places } = player.claim.sheet.state;
  return {
    v: 1,
    // The place before is better than none.
    places: zone && isFinitePose(player.avatar) ? { ...places, [zone]: placeOf(player) } : places,
    stats: structuredClone(player.stats),
  };
}

/** Where a player stands. */
export function placeOf({ avatar }: Player): Place {
  return { x: avatar.x, y: avatar.y, z: avatar.z, yaw: avatar.yaw };
}

/**
 * Saves and releases. While the database is away the save goes to the local disk, from where it is brought in later. A
 * fenced copy is dropped, never retried. A state that cannot be saved is told of and counted, and the character given up
 * without it: it is free with what was saved last.
 */
export async function releaseCharacter(
  characters: CharacterPort,
  player: Player,
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
      const wait = maySaveLater(error) ? RETRY_MS[attempt] : undefined;
      if (maySaveLater(error) && (await keepOnDisk(characters, player.claim, state, who, log))) return;
      if (wait === undefined) {
        tellUnsaved(log, "character", who, error);
        // Should the database be away, the lease is renewed no more and runs out.
        return characters
          .abandon(player.claim)
          .catch((cause) => log.warn({ ...who, err: cause }, "character not given up; its lease runs out"));
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
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

/** Saves at most one due and changed player a tick, so that saves never come in a burst. `now` in room ms. */
export function saveIfDue(
  players: ReadonlyMap<string, Player>,
  characters: CharacterPort,
  zone: string | undefined,
  now: number,
  log: Log,
): void {
  for (const player of players.values()) {
    // Whoever travels was saved by the hand-over, which took the right to write.
    if (player.departure || now - player.savedAt < AUTOSAVE_MS) continue;
    player.savedAt = now;
    if (!hasChanged(player, zone)) continue;
    player.savedPlace = placeOf(player);
    player.statsChanged = false;
    characters
      .save(player.claim, captureState(player, zone))
      .catch((error) =>
        log.error(
          { err: error, player: player.sessionId, character: player.claim.sheet.id },
          "autosave failed, will try again",
        ),
      );
    return;
  }
}

function hasChanged(player: Player, zone: string | undefined): boolean {
  if (player.statsChanged) return true;
  if (!zone) return false;
  const { x, y, z } = player.savedPlace;
  return !(Math.hypot(player.avatar.x - x, player.avatar.y - y, player.avatar.z - z) <= MOVED_M);
}
