import type { Recorded, Recorder } from "./recorder.ts";

/** The recorder of a room, if it has one, and when it takes notes. */
export class Recording {
  recorder: Recorder | undefined;
  /** True while a tick runs: a re-run repeats by itself what the rules do. */
  isTicking = false;

  /**
   * The recorder of joins, leaves and the like: those that a rule of the tick brought about are not noted.
   */
  get betweenTicks(): Recorder | undefined {
    return this.isTicking ? undefined : this.recorder;
  }

  /** Records a room from now on; an earlier recording ends. */
  begin(room: Recorded, recorder: Recorder): void {
    this.recorder?.stop();
    this.recorder = recorder;
    recorder.begin(room);
  }
}
