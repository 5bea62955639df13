import { matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import type { SignInWatch } from "./accounts/sign-in-watch.ts";
import { type Caches, FORGOTTEN, type Forgotten } from "./cache.ts";
import type { Holder } from "./persistence/characters.ts";

/** Channel on which a character's holder is asked to let it go. */
const LET_GO = "roomkeep:let-go";
/** Channel on which processes are asked to look for sign-ins that have ended. */
const SIGN_INS_ENDED = "roomkeep:sign-ins-ended";

/** Asks the room of a holder, here or in another process, to let its character go. */
export async function askLetGo(holder: Holder): Promise<void> {
  await matchMaker.presence.publish(LET_GO, holder);
}

/** Asks all processes to look for sign-ins that have ended. */
export async function tellSignInsEnded(log: Pick<BaseLogger, "warn">): Promise<void> {
  try {
    await matchMaker.presence.publish(SIGN_INS_ENDED, null);
  } catch (error) {
    log.warn({ err: error }, "other processes could not be told that a sign-in has ended; they find out");
  }
}

/** Asks all processes to forget what is in their caches. */
export async function tellForgotten(forgotten: Forgotten, log: Pick<BaseLogger, "warn">): Promise<void> {
  try {
    await matchMaker.presence.publish(FORGOTTEN, forgotten);
  } catch (error) {
    log.warn({ err: error }, "other processes could not be told what has changed; they read it soon");
  }
}

/**
 * Lets this process follow the hints of all, its own included. They may be lost with Redis: the database
 * decides who owns a character and which sign-in has ended, and what is in a cache is soon read again.
 */
export async function followHints(
  signIns: Pick<SignInWatch, "look">,
  caches: Pick<Caches, "take">,
): Promise<void> {
  const { presence } = matchMaker;
  await presence.subscribe(FORGOTTEN, caches.take);
  await presence.subscribe(SIGN_INS_ENDED, () => void signIns.look());
  await presence.subscribe(LET_GO, ({ roomId, characterId, epoch }: Holder) => {
    const room = matchMaker.getLocalRoomById(roomId);
    if (room && "letGo" in room && typeof room.letGo === "function")
      room.letGo(characterId, epoch, "taken-over");
  });
}
