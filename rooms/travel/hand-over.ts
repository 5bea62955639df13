import { RoomkeepError } from "../../shared/index.ts";
import { retry } from "../../shared/internal.ts";
import type { CharacterPort, CharacterState, Claim } from "../ports/ports.ts";

/**
 * Tries and the pause between them, ms: three seconds to go, and to come back nearly as long as a ticket is
 * good.
 */
const TRIES_TO_GO = 10;
const TRIES_TO_COME_BACK = 30;
const PAUSE_MS = 300;

const isAway = (error: unknown) => error instanceof RoomkeepError && error.code === "DATABASE_UNAVAILABLE";

/** Repeats work while the database is away. */
function retryWhileAway<T>(tries: number, work: () => Promise<T>): Promise<T> {
  const again = (error: unknown, attempt: number) => isAway(error) && attempt < tries - 1;
  return retry(work, { again, waitMs: () => PAUSE_MS });
}

/**
 * Hands a character over to a room: saved, given up and reserved for the ticket's holder, in one statement.
 * Null: fenced.
 *
 * @throws DATABASE_UNAVAILABLE it stayed away. Should the hand-over have gone through after all, the next
 *   renewal of the lease finds out and the player is asked to join anew.
 */
export async function handOver(
  characters: CharacterPort,
  claim: Claim,
  state: CharacterState,
  to: { roomId: string },
): Promise<string | null> {
  return retryWhileAway(TRIES_TO_GO, () => characters.transfer(claim, state, to));
}

/** The player, the ticket, and whether the character is free, for {@link takeBack}. */
export interface TakeBackOptions {
  readonly ticket: string;
  readonly roomId: string;
  /** True when the other room has said that it gave the character up after it had claimed it. */
  readonly isFree: boolean;
}

/**
 * Takes a character back that was handed over. Null: too late, it has another owner or the ticket ran out.
 */
export async function takeBack(
  characters: CharacterPort,
  id: string,
  { ticket, roomId, isFree }: TakeBackOptions,
): Promise<Claim | null> {
  try {
    return await retryWhileAway(TRIES_TO_COME_BACK, () =>
      characters.claimTransfer(id, ticket, { roomId, back: true }),
    );
  } catch (error) {
    if (!(error instanceof RoomkeepError)) throw error;
    if (error.code !== "TRANSFER_INVALID" || !isFree) return null;
    return await characters.claim(id, { roomId }).catch(() => null);
  }
}
