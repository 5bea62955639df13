import { Cell, type TrackedActor } from "../tracked-actor.ts";
import { CellTable } from "./cell-table.ts";
import type { Interest } from "./interest.ts";
import { type RadiusOffsets, VisibleCells } from "./visible-cells.ts";

/**
 * Columns and rows on either side of the origin; what lies beyond counts as the outermost. With the widest
 * view beyond it still a number of 16 bits, for {@link keyOf}.
 */
const LINES_MAX = 32_000;
/** Columns and rows of the table of rings: past the largest radius in cells. */
const RINGS_SIDE = 68;

/** The cells that have members, and the views in use. */
export class CellGrid {
  readonly everywhere: Cell;
  readonly table: CellTable;
  readonly #interest: Interest;
  readonly #offsets = new Map<number, RadiusOffsets>();
  /** The ring by distance in columns and rows. */
  readonly #rings: Uint8Array;
  /** The view of clients without a viewpoint: the cell `everywhere` alone. */
  readonly withoutViewpoint: VisibleCells;

  constructor(interest: Interest) {
    this.#interest = interest;
    this.table = new CellTable(interest.rings.length);
    this.everywhere = new Cell(0, 0, this.table.allocate(), true);
    const gap = (lines: number): number => Math.max(0, lines - 1) * interest.cellM;
    this.#rings = Uint8Array.from({ length: RINGS_SIDE * RINGS_SIDE }, (_, i) => {
      const metres = Math.hypot(gap(Math.floor(i / RINGS_SIDE)), gap(i % RINGS_SIDE));
      return interest.rings.findLastIndex((ring) => metres >= ring.fromM);
    });
    this.withoutViewpoint = new VisibleCells(0, 0, 0, this.#offsetsOf(0));
  }

  /** The column or row of a coordinate. Not-a-number counts as 0, infinities as the edge. */
  line(metres: number): number {
    const line = Math.floor(metres / this.#interest.cellM);
    return line > LINES_MAX ? LINES_MAX : line < -LINES_MAX ? -LINES_MAX : line || 0;
  }

  /** Puts an actor into the cell at a column and row, or into `everywhere`. */
  enter(actor: TrackedActor, x: number, z: number, always: boolean): Cell {
    const cell = always ? this.everywhere : (this.#cellAt(x, z) ?? this.#addCell(x, z));
    cell.add(actor);
    return cell;
  }

  /** Takes an actor out of its cell. */
  leave(actor: TrackedActor): void {
    const { cell } = actor;
    cell?.remove(actor);
    if (cell === undefined || cell.everywhere || cell.members.length > 0) return;
    this.table.remove(cell);
    this.table.free(cell.slot);
  }

  /** The cells visible from a column and row. */
  visibleFrom(x: number, z: number, radiusM: number): VisibleCells {
    if (radiusM === 0) return this.withoutViewpoint;
    let offsets = this.#offsets.get(radiusM);
    if (offsets === undefined) {
      offsets = this.#offsetsOf(radiusM);
      this.#offsets.set(radiusM, offsets);
    }
    const key = keyOf(x, z);
    let view = offsets.views.get(key);
    if (view === undefined) {
      view = new VisibleCells(x, z, radiusM, offsets);
      offsets.views.set(key, view);
    }
    return view;
  }

  /**
   * Whether a view is so wide that a walk over all cells with members is shorter than one over its places.
   */
  isWide({ offsets }: VisibleCells): boolean {
    return this.table.count * 4 < offsets.columns.length;
  }

  /** The cells with members in a view. */
  cellsIn(view: VisibleCells): Cell[] {
    const { table } = this;
    const cells = [this.everywhere];
    const { columns, rows } = view.offsets;
    if (this.isWide(view)) {
      for (const cell of table.all()) if (this.isVisible(view, cell)) cells.push(cell);
      return cells;
    }
    for (let i = 0; i < columns.length; i++) {
      const cell = this.#cellAt(view.x + (columns[i] ?? 0), view.z + (rows[i] ?? 0));
      if (cell !== undefined) cells.push(cell);
    }
    return cells;
  }

  /** The views that a cell is in. */
  viewsOf(cell: Cell): VisibleCells[] {
    const found: VisibleCells[] = cell.everywhere ? [this.withoutViewpoint] : [];
    for (const { views, columns, rows } of this.#offsets.values()) {
      if (cell.everywhere || views.size < columns.length) {
        for (const view of views.values()) if (this.isVisible(view, cell)) found.push(view);
        continue;
      }
      for (let i = 0; i < columns.length; i++) {
        const view = views.get(keyOf(cell.x + (columns[i] ?? 0), cell.z + (rows[i] ?? 0)));
        if (view !== undefined) found.push(view);
      }
    }
    return found;
  }

  isVisible(view: VisibleCells, cell: Cell): boolean {
    return cell.everywhere || this.isVisibleAt(view, cell.x, cell.z);
  }

  /** As {@link CellGrid.isVisible}, by column and row. */
  isVisibleAt(view: VisibleCells, x: number, z: number): boolean {
    return this.#gapSquared(x - view.x, z - view.z) < view.radiusM * view.radiusM;
  }

  /** The ring of a visible cell, 0 nearest. */
  ring(view: VisibleCells, cell: Cell): number {
    return cell.everywhere ? 0 : this.#ringAt(cell.x - view.x, cell.z - view.z);
  }

  #ringAt(columns: number, rows: number): number {
    const column = Math.min(RINGS_SIDE - 1, Math.abs(columns));
    const row = Math.min(RINGS_SIDE - 1, Math.abs(rows));
    return this.#rings[column * RINGS_SIDE + row] ?? 0;
  }

  /**
   * The slowest ring in which an actor is due; it is due in the faster ones too. This goes by actor, not by
   * cell: each tick then has its even share, and an actor that changes cells is due in the same ticks as
   * before.
   */
  slowestDueRing(actor: TrackedActor, tick: number): number {
    const { rings } = this.#interest;
    let ring = rings.length - 1;
    while (ring > 0 && (tick + actor.index) % (rings[ring]?.everyTicks ?? 1) !== 0) ring--;
    return ring;
  }

  /** Bits of the rings that get values of an actor in this tick. Sets its {@link TrackedActor.dueRing}. */
  dueRings(actor: TrackedActor, tick: number): number {
    const { pending } = actor;
    const slowest = this.slowestDueRing(actor, tick);
    if (pending[0] === pending[pending.length - 1]) {
      actor.dueRing = slowest;
      return (2 << slowest) - 1;
    }
    actor.dueRing = -1;
    let bits = 0;
    for (let ring = slowest; ring >= 0; ring--) if (pending[ring] !== 0) bits |= 1 << ring;
    return bits;
  }

  /** Deletes views unused since `tick`: a client that had one gets a full state before its next patch. */
  sweep(tick: number): void {
    for (const [radiusM, { views }] of this.#offsets) {
      for (const [key, view] of views) {
        if (view.tick < tick) views.delete(key);
      }
      if (views.size === 0) this.#offsets.delete(radiusM);
    }
  }

  #cellAt(x: number, z: number): Cell | undefined {
    const slot = this.table.find(x, z);
    return slot < 0 ? undefined : this.table.cell(slot);
  }

  #addCell(x: number, z: number): Cell {
    const cell = new Cell(x, z, this.table.allocate());
    this.table.insert(cell);
    return cell;
  }

  #offsetsOf(radiusM: number): RadiusOffsets {
    const places: { x: number; z: number }[] = [];
    const most = radiusM > 0 ? Math.ceil(radiusM / this.#interest.cellM) + 1 : 0;
    for (let z = -most; z <= most; z++) {
      for (let x = -most; x <= most; x++)
        if (this.#gapSquared(x, z) < radiusM * radiusM) places.push({ x, z });
    }
    return {
      views: new Map(),
      columns: Int32Array.from(places, ({ x }) => x),
      rows: Int32Array.from(places, ({ z }) => z),
      rings: Uint8Array.from(places, ({ x, z }) => this.#ringAt(x, z)),
    };
  }

  #gapSquared(columns: number, rows: number): number {
    const gx = Math.max(0, Math.abs(columns) - 1) * this.#interest.cellM;
    const gz = Math.max(0, Math.abs(rows) - 1) * this.#interest.cellM;
    return gx * gx + gz * gz;
  }
}

/** A whole number of 32 bits, which a map finds faster than one that does not fit. */
function keyOf(x: number, z: number): number {
  return (x << 16) | (z & 0xffff);
}
