/** Distance up to which a voice is as loud as it gets, metres. */
const NEAR_M = 1.5;
/** Time in which loudness and direction follow, s. */
const FOLLOW_S = 0.06;

/** Where somebody stands, and looks: 0 along +z. Metres, radians. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
}

/** Measures how loud a node is: the root mean square of its last samples, 0 to 1. */
export function openLevel(node: AudioNode): () => number {
  const analyser = new AnalyserNode(node.context, { fftSize: 1024 });
  node.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return () => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    return Math.sqrt(sum / samples.length);
  };
}

/** The voices of others, in the direction and the loudness that their distance gives. */
export interface Sound {
  add(id: string, track: MediaStreamTrack): void;
  remove(id: string): void;
  /** 0 mutes somebody; 1 is as they are. */
  setVolume(id: string, volume: number): void;
  /** Silences all. */
  setDeaf(isDeaf: boolean): void;
  setRange(rangeM: number): void;
  /** Where somebody is, seen from where the player is; undefined: nobody knows, and they are not heard. */
  place(id: string, own: Pose, other: Pose | undefined): void;
  /** How loud somebody speaks, before distance and volume; 0 for who is not there. */
  level(id: string): number;
}

interface Voice {
  readonly holder: HTMLAudioElement;
  readonly source: MediaStreamAudioSourceNode;
  readonly gain: GainNode;
  readonly panner: PannerNode;
  readonly level: () => number;
  isPlaced: boolean;
  volume: number;
}

/** Opens the sound of voices. The context has to be running: begin it by a tap. */
export function openSound(context: AudioContext): Sound {
  const voices = new Map<string, Voice>();
  const volumes = new Map<string, number>();
  const all = new GainNode(context);
  all.connect(context.destination);
  let range = 20;

  const follow = (param: AudioParam, value: number, isFirst = false) => {
    if (isFirst) param.value = value;
    else param.setTargetAtTime(value, context.currentTime, FOLLOW_S);
  };
  function remove(id: string): void {
    const voice = voices.get(id);
    if (!voice) return;
    voices.delete(id);
    voice.source.disconnect();
    voice.panner.disconnect();
    voice.holder.srcObject = null;
  }

  return {
    add(id, track) {
      remove(id);
      const stream = new MediaStream([track]);
      // Chromium lets a remote stream into Web Audio only while an element has it.
      const holder = new Audio();
      holder.muted = true;
      holder.srcObject = stream;
      void holder.play().catch(() => {});
      const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
      // Silent until it is known where the voice comes from.
      const gain = new GainNode(context, { gain: 0 });
      const panner = new PannerNode(context, {
        panningModel: "equalpower",
        distanceModel: "linear",
        refDistance: NEAR_M,
        maxDistance: Math.max(range, NEAR_M + 0.1),
        rolloffFactor: 1,
      });
      source.connect(gain).connect(panner).connect(all);
      const level = openLevel(source);
      const volume = volumes.get(id) ?? 1;
      voices.set(id, { holder, source, gain, panner, level, isPlaced: false, volume });
    },
    remove,
    setVolume(id, volume) {
      volumes.set(id, volume);
      const voice = voices.get(id);
      if (!voice) return;
      voice.volume = volume;
      if (voice.isPlaced) voice.gain.gain.setValueAtTime(volume, context.currentTime);
    },
    setDeaf: (isDeaf) => all.gain.setValueAtTime(isDeaf ? 0 : 1, context.currentTime),
    setRange(rangeM) {
      range = rangeM;
      for (const { panner } of voices.values()) panner.maxDistance = Math.max(range, NEAR_M + 0.1);
    },
    place(id, own, other) {
      const voice = voices.get(id);
      if (!voice) return;
      const { panner, gain } = voice;
      const isFirst = !voice.isPlaced;
      if (!other) {
        if (!isFirst) follow(gain.gain, 0);
        voice.isPlaced = false;
        return;
      }
      // The listener of Web Audio stays, and looks along -z: Firefox cannot move it by parameters.
      const [dx, dz] = [other.x - own.x, other.z - own.z];
      const [sin, cos] = [Math.sin(own.yaw), Math.cos(own.yaw)];
      follow(panner.positionX, dz * sin - dx * cos, isFirst);
      follow(panner.positionY, other.y - own.y, isFirst);
      follow(panner.positionZ, -(dx * sin + dz * cos), isFirst);
      if (isFirst) follow(gain.gain, voice.volume);
      voice.isPlaced = true;
    },
    level: (id) => voices.get(id)?.level() ?? 0,
  };
}
