import type { ByteRanges } from "./byte-ranges.ts";
import { CellTable } from "./cell-table.ts";
import type { Interest } from "./interest.ts";
import type { TrackedActor } from "./tracked-actor.ts";
import type { SentState } from "./viewpoints.ts";

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
  readonly members: TrackedActor[] = [];
  /** The first of the members with values to refresh, as of `activeTick`; each names the next. */
  active: TrackedActor | undefined = undefined;
  activeTick = -1;
  /** Members that changed at once and stayed, as of `changedTick`. */
  changed: TrackedActor[] = [];
  changedTick = -1;
  readonly enter = unmade();
  readonly leave = unmade();

  constructor(x: number, z: number, slot: number, everywhere = false) {
    this.x = x;
    this.z = z;
    this.slot = slot;
    this.everywhere = everywhere;
  }

  add(resident: TrackedActor): void {
    resident.slot = this.members.push(resident) - 1;
  }

  remove(resident: TrackedActor): void {
    const last = this.members.pop();
    if (last !== undefined && last !== resident) {
      this.members[resident.slot] = last;
      last.slot = resident.slot;
    }
  }
}

/** Where the cells lie that are seen with one radius, and the covers of it. */
interface RadiusOffsets {
  readonly covers: Map<number, VisibleCells>;
  /** Columns and rows from the cover's own cell, and their rings. A cell is seen from there if and only if it sees there. */
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  readonly rings: Uint8Array;
}

/** The cells seen from one cell with one radius, and `everywhere`. All clients there share it, and its frames. */
export class VisibleCells {
  readonly x: number;
  readonly z: number;
  readonly radiusM: number;
  readonly reach: RadiusOffsets;
  /** The first of this tick's clients that were here before, each names the next; valid while `tick` is the current one. */
  group: SentState | undefined = undefined;
  tick = -1;
  /** Ranges for the group: what leaves its view and what enters it by moving. Most never have any. */
  leaves: ByteRanges | undefined = undefined;
  enters: ByteRanges | undefined = undefined;

  constructor(x: number, z: number, radiusM: number, reach: RadiusOffsets) {
    this.x = x;
    this.z = z;
    this.radiusM = radiusM;
    this.reach = reach;
  }

  /** Begins a tick with nobody in the group. */
  begin(tick: number): void {
    this.tick = tick;
    this.group = undefined;
    this.leaves?.clear();
    this.enters?.clear();
  }
}

/** Cells that have members and covers in use. */
export class CellGrid {
  readonly everywhere: Cell;
  readonly table: CellTable;
  readonly #interest: Interest;
  readonly #reaches = new Map<number, RadiusOffsets>();
  /** The ring by distance in columns and rows. */
  readonly #rings: Uint8Array;
  /** For clients without eyes: only what is always seen. */
  readonly nowhere: VisibleCells;

  constructor(interest: Interest) {
    this.#interest = interest;
    this.table = new CellTable(interest.rings.length);
    this.everywhere = new Cell(0, 0, this.table.take(), true);
    const gap = (lines: number): number => Math.max(0, lines - 1) * interest.cellM;
    this.#rings = Uint8Array.from({ length: TABLE * TABLE }, (_, i) => {
      const metres = Math.hypot(gap(Math.floor(i / TABLE)), gap(i % TABLE));
      return interest.rings.findLastIndex((ring) => metres >= ring.fromM);
    });
    this.nowhere = new VisibleCells(0, 0, 0, this.#reachOf(0));
  }

  /** The column or row of a coordinate. Not-a-number counts as 0, infinities as the edge. */
  line(metres: number): number {
    const line = Math.floor(metres / this.#interest.cellM);
    return line > REACH ? REACH : line < -REACH ? -REACH : line || 0;
  }

  /** Puts an actor into the cell at a column and row, or into the one that is always seen. */
  enter(resident: TrackedActor, x: number, z: number, always: boolean): Cell {
    const cell = always ? this.everywhere : (this.#at(x, z) ?? this.#occupy(x, z));
    cell.add(resident);
    return cell;
  }

  /** Takes an actor out of its cell. */
  leave(resident: TrackedActor): void {
    const { cell } = resident;
    cell?.remove(resident);
    if (cell === undefined || cell.everywhere || cell.members.length > 0) return;
    this.table.remove(cell);
    this.table.give(cell.slot);
  }

  cover(x: number, z: number, radiusM: number): VisibleCells {
    if (radiusM === 0) return this.nowhere;
    let reach = this.#reaches.get(radiusM);
    if (reach === undefined) {
      reach = this.#reachOf(radiusM);
      this.#reaches.set(radiusM, reach);
    }
    const key = keyOf(x, z);
    let cover = reach.covers.get(key);
    if (cover === undefined) {
      cover = new VisibleCells(x, z, radiusM, reach);
      reach.covers.set(key, cover);
    }
    return cover;
  }

  /** Whether a cover is so wide that going through all cells with members is less than looking at each place in it. */
  isWide({ reach }: VisibleCells): boolean {
    return this.table.count * 4 < reach.columns.length;
  }

  /** The cells with members that a cover sees. */
  seen(cover: VisibleCells): Cell[] {
    const { table } = this;
    const cells = [this.everywhere];
    const { columns, rows } = cover.reach;
    if (this.isWide(cover)) {
      for (const cell of table.all()) if (this.sees(cover, cell)) cells.push(cell);
      return cells;
    }
    for (let i = 0; i < columns.length; i++) {
      const cell = this.#at(cover.x + (columns[i] ?? 0), cover.z + (rows[i] ?? 0));
      if (cell !== undefined) cells.push(cell);
    }
    return cells;
  }

  /** Covers that a cell is seen from. */
  watching(cell: Cell): VisibleCells[] {
    const found: VisibleCells[] = cell.everywhere ? [this.nowhere] : [];
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

  sees(cover: VisibleCells, cell: Cell): boolean {
    return cell.everywhere || this.seesAt(cover, cell.x, cell.z);
  }

  /** As {@link CellGrid.sees}, by column and row. */
  seesAt(cover: VisibleCells, x: number, z: number): boolean {
    return this.#gap2(x - cover.x, z - cover.z) < cover.radiusM * cover.radiusM;
  }

  /** The ring of a seen cell, 0 nearest. */
  ring(cover: VisibleCells, cell: Cell): number {
    return cell.everywhere ? 0 : this.#ringOf(cell.x - cover.x, cell.z - cover.z);
  }

  #ringOf(columns: number, rows: number): number {
    const column = Math.min(TABLE - 1, Math.abs(columns));
    const row = Math.min(TABLE - 1, Math.abs(rows));
    return this.#rings[column * TABLE + row] ?? 0;
  }

  /**
   * The slowest ring in which it is an actor's turn; it is in the faster ones too. Turns go by actor: each tick then
   * has its even share, and an actor that changes cells keeps its turn.
   */
  turn(resident: TrackedActor, tick: number): number {
    const { rings } = this.#interest;
    let ring = rings.length - 1;
    while (ring > 0 && (tick + resident.index) % (rings[ring]?.everyTicks ?? 1) !== 0) ring--;
    return ring;
  }

  /** Bits of the rings that get values of an actor in this tick. Sets its turn; -1 where rings are owed unlike fields. */
  due(resident: TrackedActor, tick: number): number {
    const { pending } = resident;
    const turn = this.turn(resident, tick);
    if (pending[0] === pending[pending.length - 1]) {
      resident.turn = turn;
      return (2 << turn) - 1;
    }
    resident.turn = -1;
    let bits = 0;
    for (let ring = turn; ring >= 0; ring--) if (pending[ring] !== 0) bits |= 1 << ring;
    return bits;
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

  #at(x: number, z: number): Cell | undefined {
    const slot = this.table.find(x, z);
    return slot < 0 ? undefined : this.table.cell(slot);
  }

  #occupy(x: number, z: number): Cell {
    const cell = new Cell(x, z, this.table.take());
    this.table.put(cell);
    return cell;
  }

  #reachOf(radiusM: number): RadiusOffsets {
    const places: { x: number; z: number }[] = [];
    const most = radiusM > 0 ? Math.ceil(radiusM / this.#interest.cellM) + 1 : 0;
    for (let z = -most; z <= most; z++) {
      for (let x = -most; x <= most; x++) if (this.#gap2(x, z) < radiusM * radiusM) places.push({ x, z });
    }
    return {
      covers: new Map(),
      columns: Int32Array.from(places, ({ x }) => x),
      rows: Int32Array.from(places, ({ z }) => z),
      rings: Uint8Array.from(places, ({ x, z }) => this.#ringOf(x, z)),
    };
  }

  #gap2(columns: number, rows: number): number {
    const gx = Math.max(0, Math.abs(columns) - 1) * this.#interest.cellM;
    const gz = Math.max(0, Math.abs(rows) - 1) * this.#interest.cellM;
    return gx * gx + gz * gz;
  }
}

/** A whole number of 32 bits, which a map finds faster than one that does not fit. */
function keyOf(x: number, z: number): number {
  return (x << 16) | (z & 0xffff);
}
