import { markOf, type Recorded, type Recorder } from "../recorder.ts";
import { RING } from "./ring-totals.ts";
import { TickNotes } from "./tick-notes.ts";

/** Seconds between two snapshots, at which a re-run may begin. */
const MARK_EVERY_S = 10;
/** Part of the room's time that snapshots may take: a large world has them farther apart. */
const MARK_SHARE = 1 / 400;
/** Longest that a snapshot may take, ms: the quickest of so many in a row counts. */
const MARK_MAX_MS = 50;
const MARKS_LOOKED_AT = 3;
/** Part of the memory at which a segment ends before its time. */
const SEGMENT_SHARE = 1 / 4;
/** A world that did not fit is tried again after so long. */
const AGAIN_S = 60;

/** How much of a room is kept. */
export interface RingOptions {
  /** Seconds that a re-run can go back. */
  readonly seconds: number;
  /** Most bytes that are kept; then fewer seconds are. */
  readonly maxBytes: number;
  /** The process's clock, ms since 1970, and a monotonic one; tests give their own. */
  readonly clock?: { epochMs(): number; nowMs(): number };
}

/** A snapshot of the room, and what moved it since: the part of a recording that a re-run can begin with. */
export interface RingSegment {
  /** Ticks: of the snapshot, and the last one that is in it. */
  readonly fromTick: number;
  readonly toTick: number;
  /** When the snapshot was taken, ms since 1970. */
  readonly atMs: number;
  /** The snapshot as JSON in UTF-8, of the form of a recording's mark. */
  readonly mark: Uint8Array;
  /** The ticks: see `readTickNotes`. */
  readonly notes: Uint8Array;
}

/** What a room has kept, as it was at one moment: nothing changes in it any more. */
export interface KeptRing {
  readonly game: string;
  readonly seed: number;
  readonly tickHz: number;
  readonly segments: readonly RingSegment[];
  /** When the last tick was, ms since 1970. */
  readonly endedMs: number;
}

/** How far back a room can be seen, and what that costs. */
export interface RingState {
  /** First and last tick; equal while nothing is kept. */
  readonly fromTick: number;
  readonly toTick: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Why nothing is kept, or less than asked for. */
  readonly problem: string | undefined;
}

/** A recorder that keeps the last seconds in memory. Made by {@link openRingRecorder}. */
export interface RingRecorder extends Recorder {
  readonly state: RingState;
  /** A copy of what is kept; undefined: nothing is. */
  freeze(): KeptRing | undefined;
  /**
   * A copy that ends with the tick that comes next, and the hash of the room then.
   *
   * @returns undefined: nothing is kept, or the room has stopped
   */
  freezeAtTick(): Promise<{ readonly ring: KeptRing; readonly hash: string } | undefined>;
}

interface OpenSegment {
  readonly fromTick: number;
  readonly atMs: number;
  readonly mark: Uint8Array;
  readonly notes: TickNotes;
}

type Frozen = { readonly ring: KeptRing; readonly hash: string } | undefined;

/**
 * Opens a recorder that keeps the last seconds of a room: snapshots some seconds apart, and in few bytes what
 * moved the room in between. The oldest segment is dropped whole, once what follows it is long enough or the
 * memory is full.
 */
export function openRingRecorder(options: RingOptions): RingRecorder {
  const { seconds, maxBytes, clock = { epochMs: Date.now, nowMs: () => performance.now() } } = options;
  return new Ring(seconds, maxBytes, clock);
}

class Ring implements RingRecorder {
  readonly #seconds: number;
  readonly #maxBytes: number;
  readonly #clock: NonNullable<RingOptions["clock"]>;
  readonly #closed: RingSegment[] = [];
  #open: OpenSegment | undefined;
  #room: Recorded | undefined;
  #closedBytes = 0;
  #told = 0;
  #chars = 0;
  #markDueTick = 0;
  #endedMs = 0;
  #tookMs: number[] = [];
  #problem: string | undefined;
  #waiting: ((frozen: Frozen) => void)[] = [];
  running = false;

  constructor(seconds: number, maxBytes: number, clock: NonNullable<RingOptions["clock"]>) {
    this.#seconds = seconds;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  get chars(): number {
    return this.#chars;
  }

  begin(room: Recorded): void {
    this.#room = room;
    this.running = true;
    this.#markDueTick = room.simulation.tick;
    RING.rooms += 1;
    this.#markIfDue(room);
    this.#tell();
  }

  join: Recorder["join"] = (...rest) => this.#note(["join", ...rest]);
  leave: Recorder["leave"] = (...rest) => this.#note(["leave", ...rest]);
  away: Recorder["away"] = (...rest) => this.#note(["away", ...rest]);
  message: Recorder["message"] = (...rest) => this.#note(["message", ...rest]);
  answer: Recorder["answer"] = (...rest) => this.#note(["answer", ...rest]);
  command: Recorder["command"] = (...rest) => this.#note(["command", ...rest]);

  pose: Recorder["pose"] = (pose) => this.#open?.notes.pose(pose);
  input: Recorder["input"] = (id, input) => this.#open?.notes.input(id, input);

  #note(happening: Parameters<TickNotes["happened"]>[0]): void {
    if (this.#open === undefined) return;
    try {
      this.#open.notes.happened(happening);
      if (this.#bytes() > this.#maxBytes) this.#dropOld(this.#open.notes.tick);
    } catch (error) {
      this.#giveUp(`What happened cannot be kept: ${reasonOf(error)}`);
    }
  }

  endTick(room: Recorded): void {
    if (!this.running) return;
    const { tick } = room.simulation;
    this.#endedMs = this.#clock.epochMs();
    this.#open?.notes.endTick(tick);
    this.#markIfDue(room);
    this.#dropOld(tick);
    this.#tell();
    if (this.#waiting.length > 0) this.#answer(room);
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    RING.rooms -= 1;
    this.#clear();
    this.#room = undefined;
    this.#tell();
    for (const answer of this.#waiting.splice(0)) answer(undefined);
  }

  get state(): RingState {
    const { fromTick, toTick } = this.#span();
    const tickHz = this.#room?.simulation.tickHz ?? 1;
    return {
      fromTick,
      toTick,
      seconds: (toTick - fromTick) / tickHz,
      bytes: this.#bytes(),
      maxBytes: this.#maxBytes,
      problem: this.#problem,
    };
  }

  freeze(): KeptRing | undefined {
    if (this.#room === undefined || this.#open === undefined) return undefined;
    const { roomName: game, simulation } = this.#room;
    const { fromTick, atMs, mark, notes } = this.#open;
    const open = { fromTick, toTick: notes.tick, atMs, mark, notes: notes.copy() };
    return {
      game,
      seed: simulation.seed,
      tickHz: simulation.tickHz,
      segments: [...this.#closed, open],
      endedMs: this.#endedMs,
    };
  }

  freezeAtTick(): Promise<Frozen> {
    if (!this.running || this.#open === undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #answer(room: Recorded): void {
    const ring = this.freeze();
    let frozen: Frozen;
    try {
      frozen = ring && { ring, hash: room.hash() };
    } catch (error) {
      this.#giveUp(`The world cannot be kept: ${reasonOf(error)}`);
    }
    for (const answer of this.#waiting.splice(0)) answer(frozen);
  }

  /** Deferred changes are code, which no mark holds: the mark waits until there are none. */
  #markIfDue(room: Recorded): void {
    const { tick, tickHz, world } = room.simulation;
    const isLarge = (this.#open?.notes.bytes ?? 0) > this.#maxBytes * SEGMENT_SHARE;
    if ((tick < this.#markDueTick && !isLarge) || world.waiting > 0) return;
    const beganMs = this.#clock.nowMs();
    let mark: Uint8Array;
    try {
      mark = Buffer.from(JSON.stringify(markOf(room)));
    } catch (error) {
      this.#giveUp(`The world cannot be kept: ${reasonOf(error)}`);
      return;
    }
    const tookMs = this.#clock.nowMs() - beganMs;
    this.#tookMs = [...this.#tookMs, tookMs].slice(-MARKS_LOOKED_AT);
    const everyS = Math.max(MARK_EVERY_S, tookMs / 1000 / MARK_SHARE);
    this.#markDueTick = tick + Math.ceil(Math.min(everyS, this.#seconds) * tickHz);
    if (mark.length > this.#maxBytes / 2) {
      this.#giveUp(`A snapshot of this world has ${mark.length} bytes, of ${this.#maxBytes} for all.`);
      return;
    }
    if (this.#tookMs.length === MARKS_LOOKED_AT && Math.min(...this.#tookMs) > MARK_MAX_MS) {
      this.#giveUp(`A snapshot of this world takes ${Math.round(tookMs)} ms.`);
      return;
    }
    this.#problem = undefined;
    this.#close();
    this.#open = { fromTick: tick, atMs: this.#clock.epochMs(), mark, notes: new TickNotes(tick) };
    this.#chars += mark.length;
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { fromTick, atMs, mark, notes } = this.#open;
    const segment = { fromTick, toTick: notes.tick, atMs, mark, notes: notes.copy() };
    this.#closed.push(segment);
    this.#closedBytes += sizeOf(segment);
    this.#chars += segment.notes.length;
    this.#open = undefined;
  }

  #dropOld(tick: number): void {
    const wanted = tick - this.#seconds * (this.#room?.simulation.tickHz ?? 1);
    const isOld = () => (this.#closed[1] ?? this.#open)?.fromTick ?? 0;
    while (this.#closed.length > 0 && (isOld() <= wanted || this.#bytes() > this.#maxBytes)) {
      const [oldest] = this.#closed.splice(0, 1);
      if (oldest) this.#closedBytes -= sizeOf(oldest);
    }
    if (this.#bytes() <= this.#maxBytes) return;
    // One tick brought more than all the memory: what is kept begins anew, at its end.
    this.#clear();
    this.#markDueTick = tick;
  }

  #giveUp(problem: string): void {
    this.#problem = problem;
    this.#clear();
    const { tick = 0, tickHz = 1 } = this.#room?.simulation ?? {};
    this.#markDueTick = tick + AGAIN_S * tickHz;
  }

  #clear(): void {
    this.#closed.length = 0;
    this.#closedBytes = 0;
    this.#open = undefined;
  }

  #span(): { fromTick: number; toTick: number } {
    const toTick = this.#open?.notes.tick ?? 0;
    return { fromTick: (this.#closed[0] ?? this.#open)?.fromTick ?? toTick, toTick };
  }

  #bytes(): number {
    const open = this.#open;
    return this.#closedBytes + (open ? open.mark.length + open.notes.bytes : 0);
  }

  /** For the metrics of the process. */
  #tell(): void {
    const bytes = this.#bytes();
    RING.bytes += bytes - this.#told;
    this.#told = bytes;
  }
}

const sizeOf = ({ mark, notes }: RingSegment): number => mark.length + notes.length;
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
