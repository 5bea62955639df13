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
import {
  appendChanges,
  appendRest,
  appendValues,
  appendWhole,
  type Form,
  hasAll,
  Scratch,
} from "./actor-encoder.ts";
import type { ByteRanges } from "./byte-ranges.ts";
import type { Cell, CellGrid, Segment, VisibleCells } from "./cell-grid.ts";
import type { CellTable } from "./cell-table.ts";
import type { Entry, TrackedActor } from "./tracked-actor.ts";

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
    this.#grid.table.begin();
    this.scratch.clear();
  }

  end(): void {
    this.encodedBytes = this.scratch.it.offset;
  }

  /** Bytes encoded elsewhere, as a range. */
  take(bytes: Uint8Array, ranges: ByteRanges): void {
    const start = this.scratch.it.offset;
    this.scratch.write(() => {
      this.scratch.bytes.set(bytes.subarray(0, Math.max(0, this.scratch.bytes.length - start)), start);
      this.scratch.it.offset = start + bytes.length;
    });
    ranges.push(start, start + bytes.length);
  }

  /** An actor for a client that does not know it. */
  whole(resident: TrackedActor, ranges: ByteRanges): void {
    this.#make(resident.whole, ranges, () => this.appendResident(resident));
  }

  /** An actor that a client is to forget. */
  gone(resident: TrackedActor, ranges: ByteRanges): void {
    this.#make(resident.gone, ranges, () => this.#appendGone([resident.index]));
  }

  /** Indexes to forget, for one client. */
  goneAll(indexes: readonly number[], ranges: ByteRanges): void {
    const start = this.scratch.it.offset;
    this.scratch.write(() => this.#appendGone(indexes));
    ranges.push(start, this.scratch.it.offset);
  }

  /** What changed at once in an actor, for those who know it. */
  now(resident: TrackedActor, ranges: ByteRanges): void {
    this.#make(resident.now, ranges, () => appendChanges(this.#encoder, this.scratch, resident, "all"));
  }

  /** What changed in the owner's fields, or with `whole` all of them. */
  mine(resident: TrackedActor, whole: boolean, ranges: ByteRanges): void {
    if (!whole) {
      this.#make(resident.mine, ranges, () => appendChanges(this.#encoder, this.scratch, resident, "owner"));
      return;
    }
    const start = this.scratch.it.offset;
    this.scratch.write(() => appendWhole(this.#encoder, this.scratch, resident.tree, "owner", "replace"));
    ranges.push(start, this.scratch.it.offset);
  }

  /** Members that stayed, for a client that comes to see the cell. */
  enter(cell: Cell, ranges: ByteRanges): void {
    if (cell.enter.tick === this.#tick) ranges.push(cell.enter.start, cell.enter.end);
    else if (cell.members.length > 0) {
      this.#make(cell.enter, ranges, () => {
        for (const resident of cell.members) {
          if (resident.movedTick !== this.#tick) this.appendResident(resident);
        }
      });
    }
  }

  /** Members that stayed, for a client that sees the cell no longer. */
  leave(cell: Cell, ranges: ByteRanges): void {
    if (cell.leave.tick === this.#tick) ranges.push(cell.leave.start, cell.leave.end);
    else if (cell.members.length > 0) {
      this.#make(cell.leave, ranges, () => {
        const stayed = cell.members.filter((resident) => resident.movedTick !== this.#tick);
        this.#appendGone(stayed.map((resident) => resident.index));
      });
    }
  }

  /** Adds all that happened in the cells of a cover to those who stay, for clients that saw them and see them. */
  seen(cover: VisibleCells, ranges: ByteRanges): void {
    const { table, everywhere } = this.#grid;
    const { columns, rows, rings } = cover.reach;
    this.#addAll(everywhere, everywhere.slot, 0, ranges);
    if (this.#grid.isWide(cover)) {
      for (const cell of table.all()) {
        if (this.#grid.sees(cover, cell)) this.#addAll(cell, cell.slot, this.#grid.ring(cover, cell), ranges);
      }
      return;
    }
    for (let i = 0; i < columns.length; i++) {
      const ring = rings[i] ?? 0;
      const slot = table.findDue(cover.x + (columns[i] ?? 0), cover.z + (rows[i] ?? 0), 1 << ring);
      if (slot >= 0) this.#addAll(undefined, slot, ring, ranges);
    }
  }

  /** Adds all that happened in one cell, for clients that see it in a ring. */
  #addAll(known: Cell | undefined, slot: number, ring: number, ranges: ByteRanges): void {
    const { table } = this.#grid;
    if (table.numbers[slot] !== this.#tick) return;
    if (table.numbers[slot + 1] !== this.#tick) this.#layOut(known ?? (table.cell(slot) as Cell));
    const apart = table.apart(slot, ring);
    const { numbers } = table;
    // What changed at once lies right before the values.
    ranges.push(numbers[slot + 2] ?? 0, numbers[table.end(slot, ring)] ?? 0);
    ranges.push(numbers[apart] ?? 0, numbers[apart + 1] ?? 0);
  }

  /** Adds what changed at once among a cell's members that stay, for clients that saw it and see it. */
  changes(cell: Cell, ranges: ByteRanges): void {
    const at = this.#laid(cell);
    if (at !== undefined) ranges.push(at.numbers[cell.slot + 2] ?? 0, at.numbers[cell.slot + 3] ?? 0);
  }

  /** Adds the values that are due in a ring of a cell. */
  due(cell: Cell, ring: number, ranges: ByteRanges): void {
    const at = this.#laid(cell);
    if (at === undefined) return;
    const apart = at.apart(cell.slot, ring);
    ranges.push(at.numbers[cell.slot + 3] ?? 0, at.numbers[at.end(cell.slot, ring)] ?? 0);
    ranges.push(at.numbers[apart] ?? 0, at.numbers[apart + 1] ?? 0);
  }

  /** Adds every value that the viewers of a cell in a ring lack, due or not. */
  owed(cell: Cell, ring: number, ranges: ByteRanges): void {
    const at = this.#laid(cell);
    if (at === undefined) return;
    ranges.push(at.numbers[cell.slot + 3] ?? 0, at.numbers[at.end(cell.slot, 0)] ?? 0);
    const start = this.scratch.it.offset;
    for (let resident = this.#activeIn(cell); resident !== undefined; resident = resident.next) {
      const bits = resident.turn < 0 ? (resident.pending[ring] ?? 0) : 0;
      if (bits !== 0) appendValues(this.scratch, resident, bits);
    }
    ranges.push(start, this.scratch.it.offset);
  }

  #activeIn(cell: Cell): TrackedActor | undefined {
    return cell.activeTick === this.#tick ? cell.active : undefined;
  }

  #laid(cell: Cell): CellTable | undefined {
    const { table } = this.#grid;
    if (table.numbers[cell.slot] !== this.#tick) return undefined;
    if (table.numbers[cell.slot + 1] !== this.#tick) this.#layOut(cell);
    return table;
  }

  /**
   * Encodes what happened in a cell. Turns are nested: who is due in a slow ring is due in the faster ones too. So
   * values that are due in the slowest ring come first, and each ring gets the run up to its own end: every actor is
   * encoded once. Only where rings are owed unlike fields is an actor encoded for each of them apart.
   */
  #layOut(cell: Cell): void {
    const { scratch } = this;
    const { table } = this.#grid;
    const { numbers, rings } = table;
    const { slot } = cell;
    const tick = this.#tick;
    numbers[slot + 1] = tick;
    numbers[slot + 2] = scratch.it.offset;
    if (cell.changedTick === tick) {
      for (const resident of cell.changed)
        scratch.write(() => appendChanges(this.#encoder, scratch, resident, "all"));
    }
    numbers[slot + 3] = scratch.it.offset;
    const active = this.#activeIn(cell);
    let uneven = 0;
    for (let resident = active; resident !== undefined; resident = resident.next) {
      if (resident.turn < 0) uneven++;
    }
    for (let ring = rings - 1; ring >= 0; ring--) {
      for (let resident = active; resident !== undefined; resident = resident.next) {
        if (resident.turn === ring) appendValues(scratch, resident, resident.pending[0] ?? 0);
      }
      numbers[table.end(slot, ring)] = scratch.it.offset;
    }
    for (let ring = 0; ring < rings; ring++) {
      const at = table.apart(slot, ring);
      numbers[at] = numbers[at + 1] = scratch.it.offset;
      if (uneven === 0) continue;
      for (let resident = active; resident !== undefined; resident = resident.next) {
        const bits = resident.turn < 0 ? (resident.pending[ring] ?? 0) : 0;
        if (bits !== 0 && this.#grid.turn(resident, tick) >= ring) appendValues(scratch, resident, bits);
      }
      numbers[at + 1] = scratch.it.offset;
    }
  }

  /** An actor for clients that do not know it. What seldom changes of it is kept from one tick to the next. */
  appendResident(resident: TrackedActor): void {
    const { scratch } = this;
    const { layout, tree, index } = resident;
    if (resident.dirtyTick === this.#tick || scratch.isOver || !hasAll(resident)) {
      this.appendEntry(index, tree, "replace");
      return;
    }
    resident.entry ??= this.#entryOf(resident);
    const { bytes, restAt } = resident.entry;
    scratch.copy(bytes, 0, restAt);
    appendValues(scratch, resident, layout.continuous, OPERATION.ADD);
    scratch.copy(bytes, restAt, bytes.length);
  }

  #entryOf(resident: TrackedActor): Entry {
    const { scratch } = this;
    const start = scratch.it.offset;
    let restAt = 0;
    scratch.write(() => {
      this.#appendPlace(resident.index);
      restAt = scratch.it.offset - start;
      appendRest(this.#encoder, scratch, resident);
    });
    const entry = { bytes: Uint8Array.from(scratch.bytes.subarray(start, scratch.it.offset)), restAt };
    scratch.it.offset = start;
    return entry;
  }

  /** A map entry and all below it that everybody may see. */
  appendEntry(index: number, tree: ChangeTree, form: Form): void {
    this.#appendPlace(index);
    appendWhole(this.#encoder, this.scratch, tree, "all", form);
  }

  /** A map entry: the key and the reference. */
  #appendPlace(index: number): void {
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

  #make(segment: Segment, ranges: ByteRanges, append: () => void): void {
    if (segment.tick !== this.#tick) {
      segment.tick = this.#tick;
      segment.start = this.scratch.it.offset;
      this.scratch.write(append);
      segment.end = this.scratch.it.offset;
    }
    ranges.push(segment.start, segment.end);
  }
}
