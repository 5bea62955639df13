import type { Recorded, Recorder } from "./recorder.ts";
import type { RingRecorder } from "./ring/ring-recorder.ts";

/** The recorders of a room, if it has any, and when they take notes. */
export class Recording {
  /** What takes notes: one recorder, or both of them as one. */
  recorder: Recorder | undefined;
  /** The recorder that keeps the last seconds in memory, in a room that has one. */
  ring: RingRecorder | undefined;
  /** True while a tick runs: a re-run repeats by itself what the rules do. */
  isTicking = false;
  #whole: Recorder | undefined;

  /**
   * The recorder of joins, leaves and the like: those that a rule of the tick brought about are not noted.
   */
  get betweenTicks(): Recorder | undefined {
    return this.isTicking ? undefined : this.recorder;
  }

  /** Records a room from now on; an earlier recording ends. */
  begin(room: Recorded, recorder: Recorder): void {
    this.#whole?.stop();
    this.#whole = recorder;
    this.#join();
    recorder.begin(room);
  }

  /** Keeps the last seconds of a room from now on, beside what is recorded. */
  keepLast(room: Recorded, ring: RingRecorder): void {
    this.ring?.stop();
    this.ring = ring;
    this.#join();
    ring.begin(room);
  }

  /** Forgets the last seconds, and keeps no more. */
  forget(): void {
    this.ring?.stop();
    this.ring = undefined;
    this.#join();
  }

  #join(): void {
    const both = [this.#whole, this.ring].filter((one) => one !== undefined);
    this.recorder = both.length > 1 ? all(both) : both[0];
  }
}

/** Several recorders as one. */
function all(recorders: readonly Recorder[]): Recorder {
  const each = (what: (recorder: Recorder) => void) => {
    for (const recorder of recorders) what(recorder);
  };
  return {
    get chars() {
      return Math.max(...recorders.map(({ chars }) => chars));
    },
    get running() {
      return recorders.some(({ running }) => running);
    },
    begin: (room) => each((one) => one.begin(room)),
    join: (...rest) => each((one) => one.join(...rest)),
    leave: (id) => each((one) => one.leave(id)),
    away: (...rest) => each((one) => one.away(...rest)),
    message: (...rest) => each((one) => one.message(...rest)),
    answer: (...rest) => each((one) => one.answer(...rest)),
    command: (...rest) => each((one) => one.command(...rest)),
    pose: (pose) => each((one) => one.pose(pose)),
    input: (id, input) => each((one) => one.input(id, input)),
    endTick: (room) => each((one) => one.endTick(room)),
    stop: () => each((one) => one.stop()),
  };
}
