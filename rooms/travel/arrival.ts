import type { Level } from "../../shared/index.ts";
import { claimCharacter } from "../persistence/character-saves.ts";
import type { CharacterPort, Claim, Identity, Place } from "../ports/ports.ts";
import { spawnPlaceOf } from "../simulation/spawn-place.ts";
import { codeOf, tellOrigin } from "./portal.ts";

/**
 * Claims the character of whoever joins: by the ticket of their journey, else like every login. A journey that ends
 * here is told to the room that it began in, which takes the character back.
 *
 * @throws TRANSFER_INVALID, JOIN_TIMEOUT, and what the port throws
 */
export async function claimArrival(
  characters: CharacterPort,
  { characterId, journey }: Identity,
  roomId: string,
): Promise<Claim> {
  if (!journey) return claimCharacter(characters, characterId, { roomId });
  try {
    return await characters.claimTransfer(characterId, journey.ticket, { roomId });
  } catch (error) {
    tellOrigin(journey, { how: "refused", code: codeOf(error) });
    throw error;
  }
}

/** Where a traveller appears; undefined: the joiner has not travelled. `present`: how many are in the room. */
export function placeOfArrival(level: Level, { journey }: Identity, present: number): Place | undefined {
  return journey && (journey.at ?? spawnPlaceOf(level, present, journey.spawn ?? ""));
}
