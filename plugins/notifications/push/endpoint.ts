import { createECDH } from "node:crypto";
import { isIP } from "node:net";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";

/** Push services of the browsers: Chrome and Edge, Firefox, Safari. */
export const KNOWN_HOSTS = [
  "fcm.googleapis.com",
  "updates.push.services.mozilla.com",
  "*.push.services.mozilla.com",
  "*.notify.windows.com",
  "web.push.apple.com",
  "*.push.apple.com",
].join(",");
const ENDPOINT_MAX = 1_000;
const KEY = /^[A-Za-z0-9_-]+$/;

/** A browser's subscription, as `PushSubscription.toJSON()` gives it. */
export const subscription = z.object({
  endpoint: z.string().max(ENDPOINT_MAX),
  keys: z.object({ p256dh: z.string().max(200), auth: z.string().max(100) }),
});
/** The same, checked. */
export type Subscription = z.output<typeof subscription>;

/**
 * Whether the server may call an address: https, by a name, at a host of the list. An entry is a name, a
 * name with `*.` for all beneath it, or either with a port.
 */
export function mayCall(endpoint: string, hosts: string): boolean {
  const url = parse(endpoint);
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") return false;
  const isNumber = isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0;
  if (isNumber) return false;
  return hosts.split(",").some((entry) => fits(entry.trim().toLowerCase(), url));
}

function fits(entry: string, { hostname, port }: URL): boolean {
  const [name = "", wanted = ""] = entry.split(":");
  if (port !== wanted || name === "") return false;
  return name.startsWith("*.") ? hostname.endsWith(name.slice(1)) : hostname === name;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Checks a subscription of a stranger. @throws PUSH_INVALID */
export function checkSubscription({ endpoint, keys }: Subscription, hosts: string): void {
  if (!mayCall(endpoint, hosts))
    throw new RoomkeepError("PUSH_INVALID", "The endpoint is of no push service that this server calls.");
  if (!isPoint(keys.p256dh) || bytesOf(keys.auth)?.length !== 16)
    throw new RoomkeepError("PUSH_INVALID", "The keys of the subscription are none.");
}

function bytesOf(text: string): Buffer | undefined {
  return KEY.test(text) ? Buffer.from(text, "base64url") : undefined;
}

/** A key that is no point of the curve would only be found out when something is sent. */
function isPoint(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes?.length !== 65) return false;
  const own = createECDH("prime256v1");
  own.generateKeys();
  try {
    own.computeSecret(bytes);
    return true;
  } catch {
    return false;
  }
}
