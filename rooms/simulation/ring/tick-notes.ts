import type { WalkInput } from "../../../shared/index.ts";
import type { RecordedPose } from "../lag-compensation.ts";
import type { AppliedInput, Happening, RecordLine } from "../recorder.ts";
import { ByteReader, ByteWriter } from "./byte-writer.ts";

/** A line of a recording that is about one tick. */
export type TickLine = Extract<RecordLine, { t: number }>;

/** How an input frame is written: as the player's last one, in three bytes, or in float64s. */
const SAME = 0;
const SMALL = 1;
const WIDE = 2;
const KINDS = 3;
/** What follows the input frames of a tick. */
const HAPPENINGS = 1;
const POSES = 2;
const HASH = 4;

/** The input of one player in the tick before. */
interface LastInput {
  readonly index: number;
  moveX: number;
  moveZ: number;
  buttons: number;
}

const signed = (byte: number) => (byte << 24) >> 24;
const isByte = (value: number) => signed(value) === value;

/**
 * What moved a room, tick by tick, in few bytes: people hold a key for many ticks, so most input frames are
 * as the last one of their player and take a byte or two. Nothing is made into JSON but what happens rarely.
 */
export class TickNotes {
  readonly #out = new ByteWriter();
  readonly #poses = new ByteWriter(64);
  readonly #last = new Map<string, LastInput>();
  #happened = "";
  #poseCount = 0;
  #tick: number;
  /** Where the last whole tick ends. */
  #end = 0;

  /** @param tick the last one before these */
  constructor(tick: number) {
    this.#tick = tick;
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#out.capacity + this.#poses.capacity + 2 * this.#happened.length;
  }

  /** The last tick that was noted. */
  get tick(): number {
    return this.#tick;
  }

  happened(happening: Happening): void {
    this.#happened += `${this.#happened === "" ? "[" : ","}${JSON.stringify(happening)}`;
  }

  input(id: string, { moveX, moveZ, buttons }: Pick<WalkInput, "moveX" | "moveZ" | "buttons">): void {
    const last = this.#last.get(id);
    if (last !== undefined && last.moveX === moveX && last.moveZ === moveZ && last.buttons === buttons) {
      this.#out.whole(1 + last.index * KINDS + SAME);
      return;
    }
    const isSmall = isByte(moveX) && isByte(moveZ) && Number.isInteger(buttons) && buttons >= 0;
    const index = last?.index ?? this.#last.size;
    this.#out.whole(1 + index * KINDS + (isSmall ? SMALL : WIDE));
    if (last === undefined) this.#out.text(id);
    this.#last.set(id, { index, moveX, moveZ, buttons });
    if (isSmall) {
      this.#out.byte(moveX & 0xff);
      this.#out.byte(moveZ & 0xff);
      this.#out.whole(buttons);
    } else for (const value of [moveX, moveZ, buttons]) this.#out.float64(value);
  }

  pose(pose: RecordedPose): void {
    this.#poseCount += 1;
    this.#poses.byte(pose === null ? 0 : 1);
    if (pose !== null) for (const value of pose) this.#poses.float64(value);
  }

  endTick(tick: number, hash?: string): void {
    const hasHappened = this.#happened !== "";
    this.#out.whole(0);
    this.#out.whole(tick - this.#tick);
    this.#out.byte(
      (hasHappened ? HAPPENINGS : 0) | (this.#poseCount > 0 ? POSES : 0) | (hash === undefined ? 0 : HASH),
    );
    if (hasHappened) this.#out.text(`${this.#happened}]`);
    if (this.#poseCount > 0) {
      this.#out.whole(this.#poseCount);
      this.#out.bytes(this.#poses.copy());
    }
    if (hash !== undefined) this.#out.text(hash);
    this.#tick = tick;
    this.#end = this.#out.length;
    this.#happened = "";
    this.#poseCount = 0;
    this.#poses.clear();
  }

  /** The ticks so far; what came after the last one is not in them. */
  copy(): Uint8Array {
    return this.#out.copy(this.#end);
  }
}

/**
 * The lines of a recording that {@link TickNotes} has noted.
 *
 * @param tick the last one before them
 */
export function* readTickNotes(bytes: Uint8Array, tick: number): Generator<TickLine> {
  const input = new ByteReader(bytes);
  const ids: string[] = [];
  const last: AppliedInput[] = [];
  let t = tick;
  while (!input.isAtEnd) {
    const inputs = readInputs(input, ids, last);
    t += input.whole();
    const flags = input.byte();
    const happened = flags & HAPPENINGS ? (JSON.parse(input.text()) as Happening[]) : undefined;
    const poses = flags & POSES ? readPoses(input) : undefined;
    const hash = flags & HASH ? input.text() : undefined;
    yield {
      t,
      ...(happened && { e: happened }),
      ...(inputs.length > 0 && { i: inputs }),
      ...(poses && { s: poses }),
      ...(hash !== undefined && { h: hash }),
    };
  }
}

function readInputs(input: ByteReader, ids: string[], last: AppliedInput[]): AppliedInput[] {
  const inputs: AppliedInput[] = [];
  for (let code = input.whole(); code > 0; code = input.whole()) {
    const kind = (code - 1) % KINDS;
    const index = Math.floor((code - 1) / KINDS);
    if (index === ids.length) ids.push(input.text());
    const id = ids[index] ?? "";
    if (kind === SMALL) last[index] = [id, signed(input.byte()), signed(input.byte()), input.whole()];
    else if (kind === WIDE) last[index] = [id, input.float64(), input.float64(), input.float64()];
    inputs.push(last[index] ?? [id, 0, 0, 0]);
  }
  return inputs;
}

function readPoses(input: ByteReader): RecordedPose[] {
  return Array.from({ length: input.whole() }, () =>
    input.byte() === 0 ? null : ([input.float64(), input.float64(), input.float64()] as const),
  );
}
