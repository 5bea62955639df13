import {
  $changes,
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
import { descriptorOf, refIdOf } from "./internals.ts";
import type { Cell, EntryBytes, Segment, TrackedActor } from "./tracked-actor.ts";
import type { CellGrid } from "./visibility/cell-grid.ts";
import type { VisibleCells } from "./visibility/visible-cells.ts";

/**
 * Encodes the changes of each cell once a tick, when they are first asked for, into one scratch. A patch is a
 * run of `[255][refId][operations…]` blocks, valid in any order as long as each reference is introduced
 * before it is used: so frames are put together from ranges of the scratch.
 *
 * Immediate changes go with the next patch: all but those of continuous fields, whose values wait for their
 * ring.
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
    this.#mapRef = refIdOf(map);
  }

  /** Begins a tick: what was encoded before is void. */
  begin(tick: number): void {
    this.#tick = tick;
    this.#grid.table.beginTick();
    this.scratch.clear();
  }

  end(): void {
    this.encodedBytes = this.scratch.it.offset;
  }

  /** Appends bytes that were encoded elsewhere. */
  append(bytes: Uint8Array, ranges: ByteRanges): void {
    const start = this.scratch.it.offset;
    this.scratch.write(() => {
      this.scratch.bytes.set(bytes.subarray(0, Math.max(0, this.scratch.bytes.length - start)), start);
      this.scratch.it.offset = start + bytes.length;
    });
    ranges.push(start, start + bytes.length);
  }

  /** Adds an actor, for clients that do not have it. */
  addition(actor: TrackedActor, ranges: ByteRanges): void {
    this.#encodeOnce(actor.addition, ranges, () => this.appendActor(actor));
  }

  /** Removes an actor, for clients that have it. */
  removal(actor: TrackedActor, ranges: ByteRanges): void {
    this.#encodeOnce(actor.removal, ranges, () => this.#appendRemovals([actor.index]));
  }

  /** Removes several actors by index, for one client. */
  removals(indexes: readonly number[], ranges: ByteRanges): void {
    const start = this.scratch.it.offset;
    this.scratch.write(() => this.#appendRemovals(indexes));
    ranges.push(start, this.scratch.it.offset);
  }

  /** The immediate changes of an actor, for clients that have it. */
  actorChanges(actor: TrackedActor, ranges: ByteRanges): void {
    this.#encodeOnce(actor.changes, ranges, () => appendChanges(this.#encoder, this.scratch, actor, "all"));
  }

  /** The changes of the owner's fields, or with `isWhole` all of these fields. */
  ownerFields(actor: TrackedActor, isWhole: boolean, ranges: ByteRanges): void {
    if (!isWhole) {
      const append = () => appendChanges(this.#encoder, this.scratch, actor, "owner");
      this.#encodeOnce(actor.ownerChanges, ranges, append);
      return;
    }
    const start = this.scratch.it.offset;
    this.scratch.write(() => appendWhole(this.#encoder, this.scratch, actor.tree, "owner", "replace"));
    ranges.push(start, this.scratch.it.offset);
  }

  /** Adds the members that stayed in a cell, for a client whose view it enters. */
  enter(cell: Cell, ranges: ByteRanges): void {
    if (cell.enter.tick === this.#tick) ranges.push(cell.enter.start, cell.enter.end);
    else if (cell.members.length > 0) {
      this.#encodeOnce(cell.enter, ranges, () => {
        for (const actor of cell.members) {
          if (actor.movedTick !== this.#tick) this.appendActor(actor);
        }
      });
    }
  }

  /** Removes the members that stayed in a cell, for a client whose view it leaves. */
  leave(cell: Cell, ranges: ByteRanges): void {
    if (cell.leave.tick === this.#tick) ranges.push(cell.leave.start, cell.leave.end);
    else if (cell.members.length > 0) {
      this.#encodeOnce(cell.leave, ranges, () => {
        const stayed = cell.members.filter((actor) => actor.movedTick !== this.#tick);
        this.#appendRemovals(stayed.map((actor) => actor.index));
      });
    }
  }

  /** The changes of the members that stayed in all cells of a view, for clients whose view is unchanged. */
  visibleChanges(view: VisibleCells, ranges: ByteRanges): void {
    const { table, everywhere } = this.#grid;
    const { columns, rows, rings } = view.offsets;
    this.#addCell(everywhere, everywhere.slot, 0, ranges);
    if (this.#grid.isWide(view)) {
      for (const cell of table.all()) {
        if (this.#grid.isVisible(view, cell))
          this.#addCell(cell, cell.slot, this.#grid.ring(view, cell), ranges);
      }
      return;
    }
    for (let i = 0; i < columns.length; i++) {
      const ring = rings[i] ?? 0;
      const slot = table.findDue(view.x + (columns[i] ?? 0), view.z + (rows[i] ?? 0), 1 << ring);
      if (slot >= 0) this.#addCell(undefined, slot, ring, ranges);
    }
  }

  /** Immediate changes and due values of one cell, for clients that see it in a ring. */
  #addCell(known: Cell | undefined, slot: number, ring: number, ranges: ByteRanges): void {
    const { table } = this.#grid;
    if (!table.isDue(slot, this.#tick)) return;
    if (!table.isLaidOut(slot, this.#tick)) this.#layOut(known ?? (table.cell(slot) as Cell));
    // Immediate changes end where the values begin.
    ranges.push(table.changesAt(slot), table.valuesEnd(slot, ring));
    ranges.push(table.apartAt(slot, ring), table.apartEnd(slot, ring));
  }

  /** The immediate changes of the members that stayed in a cell, for clients that have them. */
  immediateChanges(cell: Cell, ranges: ByteRanges): void {
    if (!this.#isLaidOut(cell)) return;
    const { table } = this.#grid;
    ranges.push(table.changesAt(cell.slot), table.valuesAt(cell.slot));
  }

  /** The values of a cell that are due in a ring. */
  dueValues(cell: Cell, ring: number, ranges: ByteRanges): void {
    if (!this.#isLaidOut(cell)) return;
    const { table } = this.#grid;
    const { slot } = cell;
    ranges.push(table.valuesAt(slot), table.valuesEnd(slot, ring));
    ranges.push(table.apartAt(slot, ring), table.apartEnd(slot, ring));
  }

  /** Every value of a cell that its viewers in a ring lack, due or not. */
  pendingValues(cell: Cell, ring: number, ranges: ByteRanges): void {
    if (!this.#isLaidOut(cell)) return;
    const { table } = this.#grid;
    ranges.push(table.valuesAt(cell.slot), table.valuesEnd(cell.slot, 0));
    const start = this.scratch.it.offset;
    for (let actor = this.#activeIn(cell); actor !== undefined; actor = actor.nextActive) {
      const bits = actor.dueRing < 0 ? (actor.pending[ring] ?? 0) : 0;
      if (bits !== 0) appendValues(this.scratch, actor, bits);
    }
    ranges.push(start, this.scratch.it.offset);
  }

  #activeIn(cell: Cell): TrackedActor | undefined {
    return cell.activeTick === this.#tick ? cell.active : undefined;
  }

  /** Lays a cell out if that is still to be done; false if it has nothing to send. */
  #isLaidOut(cell: Cell): boolean {
    const { table } = this.#grid;
    if (!table.isDue(cell.slot, this.#tick)) return false;
    if (!table.isLaidOut(cell.slot, this.#tick)) this.#layOut(cell);
    return true;
  }

  /**
   * Encodes the changes of a cell. Rings are nested: an actor that is due in a slow ring is due in the faster
   * ones too. So values that are due in the slowest ring come first, and each ring gets the run up to its own
   * end: every actor is encoded once. Only an actor whose rings have unlike fields pending is encoded for
   * each of them apart.
   */
  #layOut(cell: Cell): void {
    const { scratch } = this;
    const { table } = this.#grid;
    const { rings } = table;
    const { slot } = cell;
    const tick = this.#tick;
    table.beginLayout(slot, tick, scratch.it.offset);
    if (cell.changedTick === tick) {
      for (const actor of cell.changed)
        scratch.write(() => appendChanges(this.#encoder, scratch, actor, "all"));
    }
    table.setValuesAt(slot, scratch.it.offset);
    const active = this.#activeIn(cell);
    let uneven = 0;
    for (let actor = active; actor !== undefined; actor = actor.nextActive) if (actor.dueRing < 0) uneven++;
    for (let ring = rings - 1; ring >= 0; ring--) {
      for (let actor = active; actor !== undefined; actor = actor.nextActive) {
        if (actor.dueRing === ring) appendValues(scratch, actor, actor.pending[0] ?? 0);
      }
      table.setValuesEnd(slot, ring, scratch.it.offset);
    }
    for (let ring = 0; ring < rings; ring++) {
      const start = scratch.it.offset;
      if (uneven > 0) this.#appendApart(active, ring);
      table.setApart(slot, ring, start, scratch.it.offset);
    }
  }

  /** Values of the actors whose rings have unlike fields pending. */
  #appendApart(active: TrackedActor | undefined, ring: number): void {
    for (let actor = active; actor !== undefined; actor = actor.nextActive) {
      const bits = actor.dueRing < 0 ? (actor.pending[ring] ?? 0) : 0;
      if (bits !== 0 && this.#grid.slowestDueRing(actor, this.#tick) >= ring)
        appendValues(this.scratch, actor, bits);
    }
  }

  /** Appends an actor for clients that do not have it. Its entry bytes are kept from one tick to the next. */
  appendActor(actor: TrackedActor): void {
    const { scratch } = this;
    const { layout, tree, index } = actor;
    if (actor.dirtyTick === this.#tick || scratch.isOver || !hasAll(actor)) {
      this.appendEntry(index, tree, "replace");
      return;
    }
    actor.entry ??= this.#entryOf(actor);
    const { bytes, restAt } = actor.entry;
    scratch.copy(bytes, 0, restAt);
    appendValues(scratch, actor, layout.continuous, OPERATION.ADD);
    scratch.copy(bytes, restAt, bytes.length);
  }

  #entryOf(actor: TrackedActor): EntryBytes {
    const { scratch } = this;
    const start = scratch.it.offset;
    let restAt = 0;
    scratch.write(() => {
      this.#appendMapEntry(actor.index);
      restAt = scratch.it.offset - start;
      appendRest(this.#encoder, scratch, actor);
    });
    const entry = { bytes: Uint8Array.from(scratch.bytes.subarray(start, scratch.it.offset)), restAt };
    scratch.it.offset = start;
    return entry;
  }

  /** Appends a map entry and all below it that everybody may see. */
  appendEntry(index: number, tree: ChangeTree, form: Form): void {
    this.#appendMapEntry(index);
    appendWhole(this.#encoder, this.scratch, tree, "all", form);
  }

  /** The key and the reference. */
  #appendMapEntry(index: number): void {
    const { scratch } = this;
    scratch.switchTo(this.#mapRef);
    descriptorOf(this.#mapTree).encoder(
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

  /** Encodes outside of a tick, for full states: the bytes are valid until the next call. */
  encodeNow(append: () => void): Uint8Array {
    this.scratch.clear();
    this.scratch.write(append);
    return this.scratch.bytes.subarray(0, this.scratch.it.offset);
  }

  /** Appends the owner's fields, for a full state. */
  appendOwnerFields(tree: ChangeTree): void {
    appendWhole(this.#encoder, this.scratch, tree, "owner", "fresh");
  }

  #appendRemovals(indexes: readonly number[]): void {
    if (indexes.length === 0) return;
    const { scratch } = this;
    scratch.switchTo(this.#mapRef);
    for (const index of indexes) {
      scratch.bytes[scratch.it.offset++] = OPERATION.DELETE;
      encode.number(scratch.bytes, index, scratch.it);
    }
  }

  #encodeOnce(segment: Segment, ranges: ByteRanges, append: () => void): void {
    if (segment.tick !== this.#tick) {
      segment.tick = this.#tick;
      segment.start = this.scratch.it.offset;
      this.scratch.write(append);
      segment.end = this.scratch.it.offset;
    }
    ranges.push(segment.start, segment.end);
  }
}
