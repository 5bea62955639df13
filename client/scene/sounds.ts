/**
 * The sounds of the page, synthesised without files. They play once the person has touched the page, at the
 * volume of the settings.
 */
export interface Sounds {
  /** 0…1. */
  setVolume(volume: number): void;
  /** A foot on the ground. `near`: loudness by distance, 0…1; default 1. */
  step(near?: number): void;
  /** Somebody jumps off. `near`: loudness by distance, 0…1; default 1. */
  jump(near?: number): void;
  /** Somebody comes down. `near`: loudness by distance, 0…1; default 1. */
  land(near?: number): void;
  /** A line of the chat arrived. */
  chat(): void;
  /** Somebody came into the room. */
  join(): void;
  /** Somebody left the room. */
  leave(): void;
}

/** Opens the sounds. Browsers allow them after the first key or touch. */
export function openSounds(): Sounds {
  let context: AudioContext | undefined;
  let master: GainNode | undefined;
  let volume = 0.5;
  const wake = () => {
    context ??= new AudioContext();
    if (!master) {
      master = context.createGain();
      master.connect(context.destination);
      master.gain.value = volume;
    }
    void context.resume();
  };
  for (const type of ["pointerdown", "keydown"]) addEventListener(type, wake, { passive: true });

  /** A tone that glides from one pitch to another. Hz, seconds, volume 0…1. */
  const tone = (
    fromHz: number,
    toHz: number,
    lengthS: number,
    loud: number,
    delayS = 0,
    type: OscillatorType = "sine",
  ) => {
    if (!context || !master || volume === 0 || loud < 0.002) return;
    const at = context.currentTime + delayS;
    const source = context.createOscillator();
    const gain = context.createGain();
    source.type = type;
    source.frequency.setValueAtTime(fromHz, at);
    source.frequency.exponentialRampToValueAtTime(toHz, at + lengthS);
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(loud, at + 0.012);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + lengthS);
    source.connect(gain).connect(master);
    source.start(at);
    source.stop(at + lengthS + 0.02);
  };
  return {
    setVolume(next) {
      volume = next;
      if (master) master.gain.value = next;
    },
    step: (near = 1) => tone(150 + Math.random() * 50, 70, 0.07, 0.1 * near, 0, "triangle"),
    jump: (near = 1) => tone(260, 620, 0.17, 0.12 * near),
    land: (near = 1) => tone(130, 55, 0.12, 0.22 * near, 0, "triangle"),
    chat() {
      tone(660, 660, 0.09, 0.09);
      tone(880, 880, 0.12, 0.09, 0.08);
    },
    join() {
      for (const [i, hz] of [523, 659, 784].entries()) tone(hz, hz, 0.2, 0.08, i * 0.09);
    },
    leave: () => tone(520, 330, 0.25, 0.06),
  };
}
