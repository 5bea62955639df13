import { z } from "zod";
import { hasLivekit, type VoiceSettings } from "./settings.ts";

/** By which way voices go: from page to page, or by LiveKit. */
export type VoiceMode = "mesh" | "livekit";

/** Somebody whom a page connects to. */
export interface VoicePeer {
  /** Session id. */
  readonly id: string;
  /** Number of the connection, which each piece of its signalling names. */
  readonly link: number;
  /** Whether this page makes the offer. */
  readonly offers: boolean;
}

/** Longest piece of signalling: with its frame well under the 4 kB that a message of a room may have. */
export const BODY_MAX = 2_048;
const sessionId = z.string().min(1).max(32);
const link = z.int().min(1);

/** A piece of an offer, an answer or a candidate, for somebody whom the player hears. */
export const voiceSignal = z.strictObject({
  to: sessionId,
  link,
  kind: z.enum(["offer", "answer", "candidate"]),
  /** Which piece it is, from 0 on, and of how many. */
  part: z.int().min(0).max(9_999),
  parts: z.int().min(1).max(10_000),
  body: z.string().max(BODY_MAX),
});
export type VoiceSignal = z.output<typeof voiceSignal>;

/** `livekit`: the page can connect to LiveKit. */
export const voiceOn = z.strictObject({ livekit: z.boolean().default(false) });
export const voiceRenew = z.strictObject({ to: sessionId, link });
export const nothing = z.strictObject({});

/** A crowd ends where so much fewer than the most of a mesh stand together, for so long. */
const CALM = 0.6;
const CALM_MS = 30_000;

/**
 * How voices of a room go: by LiveKit where more stand together than a mesh connects, until it is calm, and
 * only while all pages can: nobody loses their voice by it.
 *
 * @param now the most that stand in the range of one person, how long ago they were more than a mesh has, and
 *   whether all pages can connect to LiveKit
 */
export function modeOf(
  mode: VoiceMode,
  settings: Pick<VoiceSettings, "mesh" | "peersMax" | "livekitUrl">,
  { crowd, calmMs, allCan }: { readonly crowd: number; readonly calmMs: number; readonly allCan: boolean },
): VoiceMode {
  if (!settings.mesh) return "livekit";
  if (!hasLivekit(settings) || !allCan) return "mesh";
  if (mode === "mesh") return crowd > settings.peersMax ? "livekit" : "mesh";
  return crowd <= settings.peersMax * CALM && calmMs >= CALM_MS ? "mesh" : "livekit";
}
