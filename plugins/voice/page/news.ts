/** How voice is offered: the answer of `GET /v1/voice`. */
export interface VoiceOffer {
  readonly mesh: boolean;
  readonly livekit: boolean;
  readonly relayOnly: boolean;
  readonly iceServers: readonly RTCIceServer[];
  readonly renewInS: number;
}

/** Somebody whom the page connects to, as the room decides. */
export interface VoicePeer {
  readonly id: string;
  readonly link: number;
  readonly offers: boolean;
}

/** What the room tells as `voice.peers`. */
export interface VoiceNews {
  /** Voice is switched off here. */
  readonly off: boolean;
  /** Until when a moderator has muted the player, ISO; empty: for good; null: nobody has. */
  readonly muted: string | null;
  readonly mode: "mesh" | "livekit";
  readonly rangeM: number;
  readonly peers: readonly VoicePeer[];
}

/** Kinds of signalling. */
export type SignalKind = "offer" | "answer" | "candidate";

/** A piece of signalling, as it arrives. */
export interface VoiceSignal {
  readonly from: string;
  readonly link: number;
  readonly kind: SignalKind;
  readonly part: number;
  readonly parts: number;
  readonly body: string;
}

/** Longest piece of signalling, characters: a message of a room may have 4 kB. */
const PART = 2_000;

/** Cuts a text into pieces that a room takes. */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length || parts.length === 0; at += PART) parts.push(text.slice(at, at + PART));
  return parts;
}
