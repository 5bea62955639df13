import type { Recorded, Recorder } from "./recorder.ts";

/** The recorder of a room, if it has one, and when what happens is noted. */
export class Recording {
  recorder: Recorder | undefined;
  /** True while a tick runs: what its rules do, a re-run does by itself. */
  isTicking = false;

  /** Where joins, leaves and the like are noted: those that a rule of the tick brought about are not. */
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
