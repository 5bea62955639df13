import type { Page } from "playwright-core";

/** Samples a second of the tone. */
const RATE = 48_000;

/** A WAV file with two seconds of a tone: what Chromium's fake microphone hears, again and again. */
export function toneFile(hz = 440, amplitude = 0.2): Buffer {
  const samples = Int16Array.from({ length: 2 * RATE }, (_, i) =>
    Math.round(amplitude * 32_767 * Math.sin((2 * Math.PI * hz * i) / RATE)),
  );
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(1, 22); // mono
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(2 * RATE, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}

/**
 * Measures apart from the page's own code: `voices.received()` is the level of the samples of the track that
 * came last from another page, `voices.played()` that of the samples that go to the loudspeaker.
 */
export const MEASURE = `if (!window.voices) {
  const voices = (window.voices = { asked: 0, connections: [], tracks: [], outputs: [] });
  const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (ask) navigator.mediaDevices.getUserMedia = (how) => (voices.asked++, (voices.how = how.audio), ask(how));
  const Native = RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...how) {
      super(...how);
      voices.connections.push(this);
      this.addEventListener("track", ({ track }) => voices.tracks.push(track));
    }
  };
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...how) {
    if (to === this.context.destination) {
      const output = new AnalyserNode(this.context, { fftSize: 4096 });
      connect.call(this, output);
      voices.outputs.push(output);
    }
    return connect.call(this, to, ...how);
  };
  const levelOf = (analyser) => {
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  };
  voices.played = () => Math.max(0, ...voices.outputs.map(levelOf));
  let context, measured, analyser;
  voices.received = () => {
    const track = voices.tracks.at(-1);
    if (!track || track.readyState === "ended") return 0;
    if (measured !== track) {
      context ??= new AudioContext();
      measured = track;
      analyser = new AnalyserNode(context, { fftSize: 4096 });
      connect.call(context.createMediaStreamSource(new MediaStream([track])), analyser);
    }
    return levelOf(analyser);
  };
  voices.open = () => voices.connections.filter((one) => one.connectionState === "connected").length;
}`;

/** What {@link MEASURE} says of a page. */
export function measure<T = number>(page: Page, what: string): Promise<T> {
  return page.evaluate(`window.voices.${what}`) as Promise<T>;
}

/** The highest level within half a second: a packet that is late is a gap of silence. */
export async function levelOf(page: Page, what: "received" | "played"): Promise<number> {
  return page.evaluate(`(async () => {
    let level = 0;
    for (let i = 0; i < 10; i++) {
      level = Math.max(level, window.voices.${what}());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return level;
  })()`) as Promise<number>;
}
