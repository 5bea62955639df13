import type { ActorLabel, Frame, ScrubFrames } from "../api/shapes.ts";

/** Pictures of the past, as they come in, by their ticks. */
export class FrameTrack {
  readonly frames: Frame[] = [];
  readonly who: Record<string, ActorLabel> = {};
  /** False: the re-run has come to another world than the room's. Null: that is not known yet. */
  exact: boolean | null = null;

  /** Takes pictures that follow on those it has. */
  add({ frames, who, exact }: Pick<ScrubFrames, "frames" | "who" | "exact">): void {
    const last = this.frames.at(-1)?.tick ?? -1;
    this.frames.push(...frames.filter(({ tick }) => tick > last));
    Object.assign(this.who, who);
    if (exact !== null) this.exact = (this.exact ?? true) && exact;
  }

  /** The last picture at or before a tick; the first one where there is none before. */
  at(tick: number): Frame | undefined {
    return this.frames[Math.max(0, this.#after(tick) - 1)];
  }

  /** Where an actor was in so many ticks before one, the oldest first. */
  trail(id: string, tick: number, ticks: number): [number, number][] {
    const until = this.#after(tick);
    const from = this.#after(tick - ticks - 1);
    return this.frames.slice(from, until).flatMap(({ actors }): [number, number][] => {
      const spot = actors.find(([one]) => one === id);
      return spot ? [[spot[1], spot[2]]] : [];
    });
  }

  /** How many frames are at or before a tick. */
  #after(tick: number): number {
    let low = 0;
    let high = this.frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.frames[middle]?.tick ?? 0) <= tick) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
