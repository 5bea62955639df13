import {
  $changes,
  $refId,
  type ChangeTree,
  type Encoder,
  encode,
  type MapSchema,
  OPERATION,
  type Schema,
} from "@colyseus/schema";
import { appendChanges, appendValues, appendWhole, type Form, Scratch } from "./actor-encoding.ts";
import type { Cell, CellGrid, Segment } from "./cells.ts";
import type { Resident } from "./resident.ts";

/** A list of byte ranges in the scratch: start, end, start, end, … */
export type Ranges = number[];

/**
 * Encodes what happens in each cell once a tick, when it is first asked for, into one scratch. A patch is a run of
 * `[255][refId][operations…]` blocks, valid in any order as long as each reference is introduced before it is used:
 * so frames are put together from these ranges.
 *
 * @see `@colyseus/schema` src/encoder/Encoder.ts and src/decoder/Decoder.ts (5.0.34)
 */
export class CellEncoder {
  readonly scratch = new Scratch();
  /** Bytes encoded in the last tick. */
  encodedBytes = 0;
  readonly #encoder: Encoder;
  readonly #grid: CellGrid;
  readonly #mapTree: ChangeTree;
  readonly #mapRef: number;
  #tick = -1;

  constructor(encoder: Encoder, map: MapSchema<Schema>, grid: CellGrid) {
    this.#encoder = encoder;
    this.#grid = grid;
    this.#mapTree = map[$changes];
    this.#mapRef = (map as { [$refId]?: number })[$refId] ?? 0;
  }

  /** Begins a tick: all that was encoded before is void. */
  begin(tick: number): void {
    this.#tick = tick;
    this.scratch.clear();
  }

  end(): void {
    this.encodedBytes = this.scratch.it.offset;
  }

  /** Bytes encoded elsewhere, as a range. */
  take(bytes: Uint8Array, ranges: Ranges): void {
    const start = this.scratch.it.offset;
    this.scratch.write(() => {
      this.scratch.bytes.set(bytes.subarray(0, Math.max(0, this.scratch.bytes.length - start)), start);
      this.scratch.it.offset = start + bytes.length;
    });
    push(ranges, start, start + bytes.length);
  }

  /** An actor for a client that does not know it. */
  whole(resident: Resident, ranges: Ranges): void {
    this.#make(resident.whole, ranges, () => this.appendEntry(resident.index, resident.tree, "replace"));
  }

  /** An actor that a client is to forget. */
  gone(resident: Resident, ranges: Ranges): void {
    this.#make(resident.gone, ranges, () => this.#appendGone([resident.index]));
  }

  /** Indexes to forget, for one client. */
  goneAll(indexes: readonly number[], ranges: Ranges): void {
    const start = this.scratch.it.offset;
    this.scratch.write(() => this.#appendGone(indexes));
    push(ranges, start, this.scratch.it.offset);
  }

  /** What changed at once in an actor, for those who know it. */
  now(resident: Resident, ranges: Ranges): void {
    this.#make(resident.now, ranges, () => appendChanges(this.#encoder, this.scratch, resident, "all"));
  }

  /** What changed in the owner's fields, or with `whole` all of them. */
  mine(resident: Resident, whole: boolean, ranges: Ranges): void {
    if (!whole) {
      this.#make(resident.mine, ranges, () => appendChanges(this.#encoder, this.scratch, resident, "owner"));
      return;
    }
    const start = this.scratch.it.offset;
    this.scratch.write(() => appendWhole(this.#encoder, this.scratch, resident.tree, "owner", "replace"));
    push(ranges, start, this.scratch.it.offset);
  }

  /** Members that stayed, for a client that comes to see the cell. */
  enter(cell: Cell, ranges: Ranges): void {
    if (cell.enter.tick === this.#tick) push(ranges, cell.enter.start, cell.enter.end);
    else if (cell.members.length > 0) {
      this.#make(cell.enter, ranges, () => {
        for (const resident of cell.members) {
          if (resident.movedTick !== this.#tick) this.appendEntry(resident.index, resident.tree, "replace");
        }
      });
    }
  }

  /** Members that stayed, for a client that sees the cell no longer. */
  leave(cell: Cell, ranges: Ranges): void {
    if (cell.leave.tick === this.#tick) push(ranges, cell.leave.start, cell.leave.end);
    else if (cell.members.length > 0) {
      this.#make(cell.leave, ranges, () => {
        const stayed = cell.members.filter((resident) => resident.movedTick !== this.#tick);
        this.#appendGone(stayed.map((resident) => resident.index));
      });
    }
  }

  /** The values that are due in a ring of a cell, or with `all` every one that the ring's viewers lack. */
  refresh(cell: Cell, ring: number, all: boolean, ranges: Ranges): void {
    if (cell.activeTick !== this.#tick) return;
    const segment = (all ? cell.owed : cell.refresh)[ring];
    if (segment === undefined) return;
    if (segment.tick !== this.#tick) {
      segment.tick = this.#tick;
      segment.start = this.scratch.it.offset;
      for (const resident of cell.active) {
        const bits = resident.pending[ring] ?? 0;
        if (bits !== 0 && (all || this.#grid.isDue(resident, ring, this.#tick)))
          appendValues(this.scratch, resident, bits);
      }
      segment.end = this.scratch.it.offset;
    }
    push(ranges, segment.start, segment.end);
  }

  /** A map entry and all below it that everybody may see. */
  appendEntry(index: number, tree: ChangeTree, form: Form): void {
    const { scratch } = this;
    scratch.switchTo(this.#mapRef);
    this.#mapTree.encDescriptor.encoder(
      this.#encoder,
      scratch.bytes,
      this.#mapTree,
      index,
      OPERATION.ADD,
      scratch.it,
      true,
      false,
    );
    appendWhole(this.#encoder, scratch, tree, "all", form);
  }

  /** Writes into the scratch without a tick: for full states, which are copied out at once. */
  loose(append: () => void): Uint8Array {
    this.scratch.clear();
    this.scratch.write(append);
    return this.scratch.bytes.subarray(0, this.scratch.it.offset);
  }

  /** The owner's fields, for a full state. */
  appendMine(tree: ChangeTree): void {
    appendWhole(this.#encoder, this.scratch, tree, "owner", "fresh");
  }

  #appendGone(indexes: readonly number[]): void {
    if (indexes.length === 0) return;
    const { scratch } = this;
    scratch.switchTo(this.#mapRef);
    for (const index of indexes) {
      scratch.bytes[scratch.it.offset++] = OPERATION.DELETE;
      encode.number(scratch.bytes, index, scratch.it);
    }
  }

  #make(segment: Segment, ranges: Ranges, append: () => void): void {
    if (segment.tick !== this.#tick) {
      segment.tick = this.#tick;
      segment.start = this.scratch.it.offset;
      this.scratch.write(append);
      segment.end = this.scratch.it.offset;
    }
    push(ranges, segment.start, segment.end);
  }
}

/** Adds a range, joined to the one before where they touch. */
function push(ranges: Ranges, start: number, end: number): void {
  if (end === start) return;
  if (ranges[ranges.length - 1] === start) ranges[ranges.length - 1] = end;
  else ranges.push(start, end);
}

/** Adds all ranges of one list to another. */
export function pushAll(ranges: Ranges, more: Ranges): void {
  for (let i = 0; i < more.length; i += 2) push(ranges, more[i] ?? 0, more[i + 1] ?? 0);
}
