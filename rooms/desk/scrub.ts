import { type Refusal, refuse } from "../../shared/index.ts";
import { type Rerun, type RerunRoom, rerunTick, resumedRerun } from "../rerun/rerun-room.ts";
import { markOfSegment, ticksOfSegment } from "../simulation/ring/ring-lines.ts";
import type { KeptRing, RingSegment } from "../simulation/ring/ring-recorder.ts";
import { FrameStore } from "./frame-store.ts";
import { type ActorLabel, levelPicture, type PictureFrame } from "./picture.ts";
import { openSlices } from "./slices.ts";

/** Pictures a second. */
const FRAMES_HZ = 10;
/** Most pictures that one answer has. */
const FRAMES_MAX = 300;
/** Time, ms, after which an answer comes with what is there so far. */
const ANSWER_MS = 1_200;

/** Pictures of the past, in order. */
export interface ScrubFrames {
  readonly frames: readonly PictureFrame[];
  /** Who the actors of these frames are, by id. */
  readonly who: Readonly<Record<string, ActorLabel>>;
  /** False: ask again from `nextTick` on; the rest is not run yet, or is too much for one answer. */
  readonly done: boolean;
  readonly nextTick: number;
  /**
   * Whether the re-run came to the same world as the room, by the hashes at each snapshot that was reached;
   * null: none was.
   */
  readonly exact: boolean | null;
}

/** The span of a scrub. */
export interface ScrubSpan {
  readonly fromTick: number;
  readonly toTick: number;
  readonly tickHz: number;
  /** Ticks from one picture to the next: their ticks are multiples of it. */
  readonly everyTicks: number;
  /** When the last tick was, ms since 1970. */
  readonly endedMs: number;
}

/** One segment, as far as it was run again. */
interface Run {
  readonly segment: RingSegment;
  readonly frames: FrameStore;
  replay?: Rerun;
  ticks?: Iterator<ReturnType<typeof ticksOfSegment> extends Generator<infer T> ? T : never>;
  /** The last tick that was run. */
  tick: number;
  isDone: boolean;
  /** Hash of the world at its end. */
  endHash?: string;
  /** Hash of the snapshot that it begins with. */
  markHash?: string;
}

/**
 * The last seconds of a room, run again: each segment in a room of its own without clients, beside the rooms
 * that are played and in slices, when somebody asks for its pictures. What was run stays in few bytes.
 */
export class Scrub {
  readonly span: ScrubSpan;
  readonly #Game: new () => RerunRoom;
  readonly #ring: KeptRing;
  readonly #runs: readonly Run[];
  readonly #endHash: string | undefined;
  /** One request after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  #level: RerunRoom["level"] | undefined;

  /** @param endHash of the room at the last tick, where it is known */
  constructor(Game: new () => RerunRoom, ring: KeptRing, endHash?: string) {
    this.#Game = Game;
    this.#ring = ring;
    this.#endHash = endHash;
    const { tickHz, segments, endedMs } = ring;
    const everyTicks = Math.max(1, Math.round(tickHz / FRAMES_HZ));
    this.span = {
      fromTick: segments[0]?.fromTick ?? 0,
      toTick: segments.at(-1)?.toTick ?? 0,
      tickHz,
      everyTicks,
      endedMs,
    };
    this.#runs = segments.map((segment) => ({
      segment,
      frames: new FrameStore(),
      tick: segment.fromTick,
      isDone: false,
    }));
  }

  /** Bytes of the pictures that were made so far. */
  get bytes(): number {
    return this.#runs.reduce((sum, { frames }) => sum + frames.bytes, 0);
  }

  /** The level from above. */
  async level() {
    if (this.#level === undefined) {
      const [run] = this.#runs;
      if (run) await this.#open(run);
    }
    return this.#level && levelPicture(this.#level);
  }

  /** Pictures between two ticks. */
  frames(fromTick: number, toTick: number): Promise<ScrubFrames> {
    return this.#next(() => this.#frames(fromTick, toTick));
  }

  /**
   * Where a player was, about ten times a second.
   *
   * @param id session id; @returns points of tick, x, z and heading
   */
  path(
    id: string,
  ): Promise<{ readonly points: readonly (readonly [number, number, number, number])[] } | Refusal> {
    return this.#next(async () => {
      const { fromTick, toTick } = this.span;
      const until = performance.now() + ANSWER_MS;
      for (const run of this.#runs) await this.#run(run, run.segment.toTick, until);
      const isDone = this.#runs.every((run) => run.isDone);
      if (!isDone) return refuse("SCRUB_BUSY");
      const points = this.#runs.flatMap(({ frames }) => frames.path(id));
      return points.length > 0
        ? { points }
        : refuse("PLAYER_UNKNOWN", `Nobody with this id was here from tick ${fromTick} to ${toTick}.`);
    });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #frames(fromTick: number, toTick: number): Promise<ScrubFrames> {
    const until = performance.now() + ANSWER_MS;
    const frames: PictureFrame[] = [];
    const who: Record<string, ActorLabel> = {};
    let nextTick = Math.max(fromTick, this.span.fromTick);
    let exact: boolean | null = null;
    for (const [i, run] of this.#runs.entries()) {
      const { segment } = run;
      const isLast = i === this.#runs.length - 1;
      if (segment.toTick < nextTick || segment.fromTick > toTick) continue;
      await this.#run(run, Math.min(toTick, segment.toTick), until);
      for (const frame of run.frames.between(nextTick, Math.min(toTick, run.tick))) {
        // The snapshot of a segment is the end of the one before it.
        if (frame.tick <= (frames.at(-1)?.tick ?? -1)) continue;
        if (frames.length >= FRAMES_MAX) break;
        frames.push(frame);
        nextTick = frame.tick + 1;
      }
      Object.assign(who, run.frames.who);
      const verdict = await this.#isExact(run, isLast ? undefined : this.#runs[i + 1]);
      if (verdict !== undefined) exact = (exact ?? true) && verdict;
      if (frames.length >= FRAMES_MAX || run.tick < Math.min(toTick, segment.toTick)) break;
      nextTick = Math.min(toTick, segment.toTick) + 1;
    }
    const last = Math.min(toTick, this.span.toTick);
    return { frames, who, done: nextTick > last, nextTick, exact };
  }

  /** Runs a segment on, as far as a tick or a moment. */
  async #run(run: Run, toTick: number, untilMs: number): Promise<void> {
    // A segment without a tick is run, too: it ends as it began.
    if (run.isDone || (run.tick >= toTick && toTick < run.segment.toTick)) return;
    const { replay, ticks } = await this.#open(run);
    const rest = openSlices();
    while (run.tick < toTick && performance.now() < untilMs) {
      const { value, done } = ticks.next();
      if (done || value === undefined) break;
      rerunTick(replay, value);
      run.tick = value.t;
      if (value.t % this.span.everyTicks === 0) this.#draw(run, replay);
      const pause = rest();
      if (pause) await pause;
    }
    if (run.tick < run.segment.toTick) return;
    run.isDone = true;
    run.endHash = replay.room.hash();
    replay.room.simulation.end();
    delete run.replay;
    delete run.ticks;
  }

  async #open(run: Run) {
    const { segment } = run;
    run.replay ??= await this.#resumed(run);
    run.ticks ??= ticksOfSegment(segment);
    return { replay: run.replay, ticks: run.ticks };
  }

  async #resumed(run: Run): Promise<Rerun> {
    const { seed, game } = this.#ring;
    const replay = await resumedRerun(this.#Game, { seed, game }, markOfSegment(run.segment));
    this.#level = replay.room.level;
    run.markHash ??= replay.room.hash();
    if (run.segment.fromTick % this.span.everyTicks === 0) this.#draw(run, replay);
    return replay;
  }

  #draw(run: Run, { room }: Rerun): void {
    run.frames.add(room.simulation.tick, room.state.actors, room.players);
  }

  /** Whether the segment ended as the next one begins; undefined: that is not known. */
  async #isExact(run: Run, next: Run | undefined): Promise<boolean | undefined> {
    if (run.endHash === undefined) return undefined;
    if (next === undefined) return this.#endHash === undefined ? undefined : run.endHash === this.#endHash;
    if (next.markHash === undefined) await this.#open(next);
    return run.endHash === next.markHash;
  }
}
