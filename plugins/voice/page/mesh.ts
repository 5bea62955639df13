import { type Link, openLink } from "./link.ts";
import type { VoicePeer, VoiceSignal } from "./news.ts";

/** A lost connection is begun anew after so long, ms, and twice as long each time. */
const RENEW_MS = 1_000;
const RENEW_MAX_MS = 30_000;

/** What the mesh needs of the page. */
export interface MeshHost {
  config(): RTCConfiguration;
  track(): MediaStreamTrack | null;
  send(type: string, payload: object): void;
  /** The voice of somebody arrives. */
  heard(id: string, track: MediaStreamTrack): void;
  /** Nothing more comes from somebody. */
  ended(id: string): void;
}

/** Connections to the pages of those who are near. */
export interface Mesh {
  /** Connects to these, and to nobody else any more. */
  follow(peers: readonly VoicePeer[]): void;
  take(signal: VoiceSignal): void;
  replaceTrack(track: MediaStreamTrack | null): void;
}

/** Opens a mesh without connections. */
export function openMesh(host: MeshHost): Mesh {
  const links = new Map<string, Link>();
  /** How long the next failure of somebody waits, ms. */
  const waits = new Map<string, number>();

  function end(id: string): void {
    links.get(id)?.close();
    links.delete(id);
    host.ended(id);
  }
  function begin(peer: VoicePeer): void {
    const { id, link: number } = peer;
    const link = openLink(peer, {
      config: host.config(),
      track: host.track(),
      send: host.send,
      heard(track) {
        if (links.get(id) === link) host.heard(id, track);
      },
      connected: () => waits.delete(id),
      failed() {
        // One of the two asks: both are told of the new connection.
        if (links.get(id) !== link || !peer.offers) return;
        const waitMs = waits.get(id) ?? RENEW_MS;
        waits.set(id, Math.min(waitMs * 2, RENEW_MAX_MS));
        setTimeout(
          () => links.get(id) === link && host.send("voice.renew", { to: id, link: number }),
          waitMs,
        );
      },
    });
    links.set(id, link);
  }

  return {
    follow(peers) {
      const wanted = new Map(peers.map((peer) => [peer.id, peer]));
      for (const [id, { number }] of links) if (wanted.get(id)?.link !== number) end(id);
      for (const peer of peers) if (!links.has(peer.id)) begin(peer);
    },
    take(signal) {
      const link = links.get(signal.from);
      if (link?.number === signal.link) link.take(signal);
    },
    replaceTrack(track) {
      for (const link of links.values()) link.replaceTrack(track);
    },
  };
}
