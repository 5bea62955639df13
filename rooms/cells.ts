import type { Client } from "@colyseus/core";
import { CellTable } from "./cell-table.ts";
import type { Interest } from "./interest.ts";
import { Ranges } from "./ranges.ts";
import type { Resident } from "./resident.ts";

/**
 * Cells a side on either side of the origin; what lies beyond is counted to the outermost. With the widest view beyond
 * it still a number of 16 bits, for {@link keyOf}.
 */
const REACH = 32_000;
/** Columns and rows of the ring table: past the largest radius in cells. */
const TABLE = 68;

/** A range of bytes of a tick's scratch, made when it is first asked for. */
export interface Segment {
  tick: number;
  start: number;
  end: number;
}
const unmade = (): Segment => ({ tick: -1, start: 0, end: 0 });

/** A square of the ground with actors in it, or the one cell `everywhere` whose members all clients see. */
export class Cell {
  readonly x: number;
  readonly z: number;
  readonly everywhere: boolean;
  /** Where its numbers are in the {@link CellTable}. */
  readonly slot: number;
  readonly members: Resident[] = [];
  /** Members with values to refresh, as of `activeTick`. */
  active: Resident[] = [];
  activeTick = -1;
  /** Members that changed at once and stayed, as of `changedTick`. */
  changed: Resident[] = [];
  changedTick = -1;
  readonly enter = unmade();
  readonly leave = unmade();

  constructor(x: number, z: number, slot: number, everywhere = false) {
    this.x = x;
    this.z = z;
    this.slot = slot;
    this.everywhere = everywhere;
  }

  add(resident: Resident): void {
    resident.slot = this.members.push(resident) - 1;
  }

  remove(resident: Resident): void {
    const last = this.members.pop();
    if (last !== undefined && last !== resident) {
      this.members[resident.slot] = last;
      last.slot = resident.slot;
    }
  }
}

/** The cells seen from one cell with one radius. All clients there share it, and its frames. */
export class Cover {
  readonly x: number;
  readonly z: number;
  readonly radiusM: number;
  /** Seen cells that have members, and `everywhere`, with the ring and the slot of each at the same place. */
  readonly cells: Cell[] = [];
  readonly rings: number[] = [];
  readonly slots: number[] = [];
  /** This tick's clients that were here before; valid while `tick` is the current one. */
  group: Client[] = [];
  tick = -1;
  /** Ranges for the group: what leaves its view and what enters it by moving. */
  readonly leaves = new Ranges();
  readonly enters = new Ranges();

  constructor(x: number, z: number, radiusM: number) {
    this.x = x;
    this.z = z;
    this.radiusM = radiusM;
  }

  /** Begins a tick with nobody in the group. */
  begin(tick: number): void {
    this.tick = tick;
    this.group = [];
    this.leaves.clear();
    this.enters.clear();
  }

  add(cell: Cell, ring: number): void {
    this.cells.push(cell);
    this.rings.push(ring);
    this.slots.push(cell.slot);
  }

  remove(cell: Cell): void {
    const at = this.cells.indexOf(cell);
    if (at < 0) return;
    takeOut(this.cells, at);
    takeOut(this.rings, at);
    takeOut(this.slots, at);
  }
}

/** Covers of one radius, and where the cells lie that each sees. */
interface Reach {
  readonly covers: Map<number, Cover>;
  /** Columns and rows from the cover's own cell. A cell is seen from there if and only if it sees there. */
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/** Cells that have members and covers in use. */
export class CellGrid {
  readonly everywhere: Cell;
  readonly table: CellTable;
  readonly #interest: Interest;
  readonly #cells = new Map<number, Cell>();
  readonly #reaches = new Map<number, Reach>();
  /** The ring by distance in columns and rows. */
  readonly #rings: Uint8Array;
  /** For clients without eyes: only what is always seen. */
  readonly nowhere: Cover;

  constructor(interest: Interest) {
    this.#interest = interest;
    this.table = new CellTable(interest.rings.length);
    this.everywhere = new Cell(0, 0, this.table.take(), true);
    const gap = (lines: number): number => Math.max(0, lines - 1) * interest.cellM;
    this.#rings = Uint8Array.from({ length: TABLE * TABLE }, (_, i) => {
      const metres = Math.hypot(gap(Math.floor(i / TABLE)), gap(i % TABLE));
      return interest.rings.findLastIndex((ring) => metres >= ring.fromM);
    });
    this.nowhere = new Cover(0, 0, 0);
    this.nowhere.add(this.everywhere, 0);
  }

  /** The column or row of a coordinate. Not-a-number counts as 0, infinities as the edge. */
  line(metres: number): number {
    const line = Math.floor(metres / this.#interest.cellM);
    return line > REACH ? REACH : line < -REACH ? -REACH : line || 0;
  }

  /** Puts an actor into the cell at a column and row, or into the one that is always seen. */
  enter(resident: Resident, x: number, z: number, always: boolean): Cell {
    const cell = always ? this.everywhere : (this.#cells.get(keyOf(x, z)) ?? this.#occupy(x, z));
    cell.add(resident);
    return cell;
  }

  /** Takes an actor out of its cell. */
  leave(resident: Resident): void {
    const { cell } = resident;
    cell?.remove(resident);
    if (cell === undefined || cell.everywhere || cell.members.length > 0) return;
    for (const cover of this.watching(cell)) cover.remove(cell);
    this.#cells.delete(keyOf(cell.x, cell.z));
    this.table.give(cell.slot);
  }

  cover(x: number, z: number, radiusM: number): Cover {
    if (radiusM === 0) return this.nowhere;
    const { covers } = this.#reach(radiusM);
    const key = keyOf(x, z);
    let cover = covers.get(key);
    if (cover === undefined) {
      cover = this.#open(x, z, radiusM);
      covers.set(key, cover);
    }
    return cover;
  }

  /** Covers that a cell is seen from. */
  watching(cell: Cell): Cover[] {
    const found: Cover[] = cell.everywhere ? [this.nowhere] : [];
    for (const { covers, columns, rows } of this.#reaches.values()) {
      if (cell.everywhere || covers.size < columns.length) {
        for (const cover of covers.values()) if (this.sees(cover, cell)) found.push(cover);
        continue;
      }
      for (let i = 0; i < columns.length; i++) {
        const cover = covers.get(keyOf(cell.x + (columns[i] ?? 0), cell.z + (rows[i] ?? 0)));
        if (cover !== undefined) found.push(cover);
      }
    }
    return found;
  }

  sees(cover: Cover, cell: Cell): boolean {
    return cell.everywhere || this.seesAt(cover, cell.x, cell.z);
  }

  /** As {@link CellGrid.sees}, by column and row. */
  seesAt(cover: Cover, x: number, z: number): boolean {
    return this.#gap2(x - cover.x, z - cover.z) < cover.radiusM * cover.radiusM;
  }

  /** The ring of a seen cell, 0 nearest. */
  ring(cover: Cover, cell: Cell): number {
    if (cell.everywhere) return 0;
    const column = Math.min(TABLE - 1, Math.abs(cell.x - cover.x));
    const row = Math.min(TABLE - 1, Math.abs(cell.z - cover.z));
    return this.#rings[column * TABLE + row] ?? 0;
  }

  /**
   * The slowest ring in which it is an actor's turn; it is in the faster ones too. Turns go by actor: each tick then
   * has its even share, and an actor that changes cells keeps its turn.
   */
  turn(resident: Resident, tick: number): number {
    const { rings } = this.#interest;
    let ring = rings.length - 1;
    while (ring > 0 && (tick + resident.index) % (rings[ring]?.everyTicks ?? 1) !== 0) ring--;
    return ring;
  }

  /** Lets go of covers unused since `tick`: whoever had one gets the whole state before the next patch. */
  sweep(tick: number): void {
    for (const [radiusM, { covers }] of this.#reaches) {
      for (const [key, cover] of covers) {
        if (cover.tick < tick) covers.delete(key);
      }
      if (covers.size === 0) this.#reaches.delete(radiusM);
    }
  }

  #occupy(x: number, z: number): Cell {
    const cell = new Cell(x, z, this.table.take());
    this.#cells.set(keyOf(x, z), cell);
    for (const cover of this.watching(cell)) cover.add(cell, this.ring(cover, cell));
    return cell;
  }

  #open(x: number, z: number, radiusM: number): Cover {
    const cover = new Cover(x, z, radiusM);
    const { columns, rows } = this.#reach(radiusM);
    cover.add(this.everywhere, 0);
    if (this.#cells.size < columns.length) {
      for (const cell of this.#cells.values())
        if (this.sees(cover, cell)) cover.add(cell, this.ring(cover, cell));
      return cover;
    }
    for (let i = 0; i < columns.length; i++) {
      const cell = this.#cells.get(keyOf(x + (columns[i] ?? 0), z + (rows[i] ?? 0)));
      if (cell !== undefined) cover.add(cell, this.ring(cover, cell));
    }
    return cover;
  }

  #reach(radiusM: number): Reach {
    let reach = this.#reaches.get(radiusM);
    if (reach === undefined) {
      const [columns, rows]: [number[], number[]] = [[], []];
      const most = Math.ceil(radiusM / this.#interest.cellM) + 1;
      for (let z = -most; z <= most; z++) {
        for (let x = -most; x <= most; x++) {
          if (this.#gap2(x, z) >= radiusM * radiusM) continue;
          columns.push(x);
          rows.push(z);
        }
      }
      reach = { covers: new Map(), columns, rows };
      this.#reaches.set(radiusM, reach);
    }
    return reach;
  }

  #gap2(columns: number, rows: number): number {
    const gx = Math.max(0, Math.abs(columns) - 1) * this.#interest.cellM;
    const gz = Math.max(0, Math.abs(rows) - 1) * this.#interest.cellM;
    return gx * gx + gz * gz;
  }
}

/** Takes one out of a list whose order does not matter. */
function takeOut<T>(list: T[], at: number): void {
  const last = list.pop();
  if (last !== undefined && at < list.length) list[at] = last;
}

/** A whole number of 32 bits, which a map finds faster than one that does not fit. */
function keyOf(x: number, z: number): number {
  return (x << 16) | (z & 0xffff);
}
