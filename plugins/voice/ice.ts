import { createHmac, randomBytes } from "node:crypto";
import type { IceServer, VoiceSettings } from "./settings.ts";

/**
 * The servers by which pages find a way to each other. Credentials of `turnUrls` hold for `turnMinutes`, and
 * name nobody: coturn and others check them by the shared secret (`use-auth-secret`).
 *
 * @param nowMs as of `Date.now()`
 */
export function iceServersOf(
  { iceServers, turnUrls, turnSecret, turnMinutes }: VoiceSettings,
  nowMs = Date.now(),
): IceServer[] {
  if (turnUrls.length === 0) return [...iceServers];
  const username = `${Math.floor(nowMs / 1000) + turnMinutes * 60}:${randomBytes(6).toString("hex")}`;
  const credential = createHmac("sha1", turnSecret).update(username).digest("base64");
  return [...iceServers, { urls: [...turnUrls], username, credential }];
}
