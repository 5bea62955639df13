import { matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import type { SignInWatch } from "./accounts/sign-in-watch.ts";
import { type Caches, FORGOTTEN, type Forgotten } from "./cache.ts";
import type { SanctionWatch } from "./moderation/sanction-watch.ts";
import type { Holder } from "./persistence/characters.ts";
import { type SentSignal, SIGNALS, type Signals } from "./plugins/signals.ts";
import type { LiveSettings } from "./settings/live-settings.ts";

/** Channel on which a character's holder is asked to let it go. */
const LET_GO = "roomkeep:let-go";
/** Channel on which processes are asked to look for sign-ins that have ended. */
const SIGN_INS_ENDED = "roomkeep:sign-ins-ended";
/** Channel on which processes are asked to look for sanctions. */
export const SANCTIONS_CHANGED = "roomkeep:sanctions-changed";

/** Channel on which processes are asked to look for changed settings and flags. */
export const SETTINGS_CHANGED = "roomkeep:settings-changed";

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

/** Asks all processes to look for what moderators have given or lifted. */
export async function tellSanctions(log: Pick<BaseLogger, "warn">): Promise<void> {
  try {
    await matchMaker.presence.publish(SANCTIONS_CHANGED, null);
  } catch (error) {
    log.warn({ err: error }, "other processes could not be told of a sanction; they find out");
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

/** Tells all processes that settings or flags were changed. */
export async function tellSettingsChanged(log: Pick<BaseLogger, "warn">): Promise<void> {
  try {
    await matchMaker.presence.publish(SETTINGS_CHANGED, null);
  } catch (error) {
    log.warn({ err: error }, "other processes could not be told of changed settings; they look every second");
  }
}

/** Tells the plugins of all processes. @throws it could not be sent */
export async function tellSignal(sent: SentSignal): Promise<void> {
  await matchMaker.presence.publish(SIGNALS, sent);
}

/**
 * Lets this process follow the hints of all, its own included. They may be lost with Redis: the database
 * decides who owns a character and which sign-in has ended, whom moderators
 * have banned, and what is in a cache is soon read again.
 */
export async function followHints({
  signIns,
  caches,
  sanctions,
  live,
  signals,
}: {
  readonly signIns: Pick<SignInWatch, "look">;
  readonly caches: Pick<Caches, "take">;
  readonly sanctions: Pick<SanctionWatch, "look">;
  readonly live: Pick<LiveSettings, "look">;
  readonly signals: Pick<Signals, "take">;
}): Promise<void> {
  const { presence } = matchMaker;
  await presence.subscribe(FORGOTTEN, caches.take);
  await presence.subscribe(SIGNALS, signals.take);
  await presence.subscribe(SETTINGS_CHANGED, () => void live.look());
  await presence.subscribe(SIGN_INS_ENDED, () => void signIns.look());
  await presence.subscribe(SANCTIONS_CHANGED, () => void sanctions.look());
  await presence.subscribe(LET_GO, ({ roomId, characterId, epoch }: Holder) => {
    const room = matchMaker.getLocalRoomById(roomId);
    if (room && "letGo" in room && typeof room.letGo === "function")
      room.letGo(characterId, epoch, "taken-over");
  });
}
