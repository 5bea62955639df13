import { createECDH } from "node:crypto";
import { RoomkeepError } from "roomkeep/shared";

/** Keys by which push services know this server. */
export interface Vapid {
  readonly subject: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** The settings that hold them. */
export interface VapidSettings {
  readonly vapidPublic: string;
  readonly vapidPrivate: string;
  readonly vapidSubject: string;
}

/**
 * Reads the keys. @returns undefined: there are none, and nothing is pushed
 *
 * @throws CONFIG_INVALID one is missing, they are no pair, or the subject is no address
 */
export function readVapid({ vapidPublic, vapidPrivate, vapidSubject }: VapidSettings): Vapid | undefined {
  if (vapidPublic === "" && vapidPrivate === "") return undefined;
  const problem = !isPair(vapidPublic, vapidPrivate)
    ? "ROOMKEEP_NOTIFICATIONS_VAPID_PUBLIC and ..._VAPID_PRIVATE are no pair of keys"
    : !/^(mailto:[^@\s]+@[^@\s]+|https:\/\/[^\s/]+.*)$/.test(vapidSubject)
      ? "ROOMKEEP_NOTIFICATIONS_VAPID_SUBJECT is neither mailto:you@example.org nor an https address"
      : undefined;
  if (problem) throw new RoomkeepError("CONFIG_INVALID", `Web Push: ${problem}.`);
  return { subject: vapidSubject, publicKey: vapidPublic, privateKey: vapidPrivate };
}

function isPair(publicKey: string, privateKey: string): boolean {
  const own = createECDH("prime256v1");
  try {
    own.setPrivateKey(privateKey, "base64url");
    return own.getPublicKey("base64url") === publicKey.replace(/=+$/, "");
  } catch {
    return false;
  }
}
