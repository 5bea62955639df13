import { partsOf, type SignalKind, type VoicePeer, type VoiceSignal } from "./news.ts";

/** Most that an offer may be put together to, characters: eight pieces. */
const TEXT_MAX = 16_384;

/** What a connection to another page needs of its own. */
export interface LinkHost {
  readonly config: RTCConfiguration;
  /** The own voice; null: no microphone. */
  readonly track: MediaStreamTrack | null;
  send(type: string, payload: object): void;
  /** The voice of the other arrives. */
  heard(track: MediaStreamTrack): void;
  /** There is a way. */
  connected(): void;
  /** There is no way, or it was lost. */
  failed(): void;
}

/** A connection to the page of somebody who is near. */
export interface Link {
  readonly number: number;
  take(signal: VoiceSignal): void;
  /** Sends another voice from now on. */
  replaceTrack(track: MediaStreamTrack | null): void;
  close(): void;
}

/** Opens a connection for audio alone. What the other sends that does not fit ends it. */
export function openLink({ id: to, link, offers }: VoicePeer, host: LinkHost): Link {
  const connection = new RTCPeerConnection(host.config);
  const texts = new Map<SignalKind, string>();
  const candidates: RTCIceCandidateInit[] = [];
  let track = host.track;
  let sender: RTCRtpSender | undefined;
  let isClosed = false;
  // One after the other: a candidate waits for the description that it belongs to.
  let work: Promise<unknown> = Promise.resolve();
  const then = (step: () => Promise<unknown>) => {
    work = work.then(step).catch((error: unknown) => {
      if (isClosed) return;
      console.warn("voice: a connection could not be made", error);
      close();
      host.failed();
    });
  };
  const send = (kind: SignalKind, text: string) => {
    if (isClosed) return;
    const parts = partsOf(text);
    for (const [part, body] of parts.entries())
      host.send("voice.signal", { to, link, kind, part, parts: parts.length, body });
  };
  const carry = (transceiver: RTCRtpTransceiver) => {
    transceiver.direction = "sendrecv";
    preferOpus(transceiver);
    sender = transceiver.sender;
    return sender.replaceTrack(track);
  };

  connection.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate) send("candidate", JSON.stringify(candidate.toJSON()));
  });
  connection.addEventListener("track", ({ track: voice }) => {
    if (voice.kind === "audio") host.heard(voice);
  });
  connection.addEventListener("connectionstatechange", () => {
    if (isClosed) return;
    if (connection.connectionState === "connected") host.connected();
    if (connection.connectionState === "failed") host.failed();
  });

  async function describe(kind: "offer" | "answer"): Promise<void> {
    await connection.setLocalDescription();
    send(kind, connection.localDescription?.sdp ?? "");
  }
  async function receive(kind: SignalKind, text: string): Promise<void> {
    if (kind === "candidate") {
      const candidate = JSON.parse(text) as RTCIceCandidateInit;
      if (connection.remoteDescription) await connection.addIceCandidate(candidate);
      else candidates.push(candidate);
      return;
    }
    // Who offers gets no offer: the room says who does.
    if ((kind === "offer") === offers) return;
    await connection.setRemoteDescription({ type: kind, sdp: text });
    if (kind === "offer") {
      const [first, ...others] = connection.getTransceivers();
      for (const other of others) other.stop();
      if (first) await carry(first);
      await describe("answer");
    }
    for (const candidate of candidates.splice(0)) await connection.addIceCandidate(candidate);
  }
  function close(): void {
    isClosed = true;
    connection.close();
  }

  if (offers)
    then(async () => {
      await carry(connection.addTransceiver("audio", { direction: "sendrecv" }));
      await describe("offer");
    });
  return {
    number: link,
    take({ kind, part, parts, body }) {
      const text = (part === 0 ? "" : (texts.get(kind) ?? "")) + body;
      if (text.length > TEXT_MAX || candidates.length > 64) return;
      texts.set(kind, text);
      if (part === parts - 1) then(() => receive(kind, text));
    },
    replaceTrack(next) {
      track = next;
      then(async () => sender?.replaceTrack(next));
    },
    close,
  };
}

/** Opus alone: an offer of all codecs is twice as long. */
function preferOpus(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
  const opus = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === "audio/opus");
  if (opus.length > 0) transceiver.setCodecPreferences(opus);
}
