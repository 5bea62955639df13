import type { Client } from "@colyseus/core";
import type { Interest } from "./interest.ts";
import type { Resident } from "./resident.ts";

/** Cells a side on either side of the origin; what lies beyond is counted to the outermost. */
const REACH = 32_767;
/** Columns and rows of the ring table: past the largest radius in cells. */
const TABLE = 68;

/** A range of bytes of a tick's scratch, made when it is first asked for. */
export interface Segment {
  tick: number;
  start: number;
  end: number;
}
const unmade = (): Segment => ({ tick: -1, start: 0, end: 0 });

/** A square of the ground, or the one cell `everywhere` whose members all clients see. */
export class Cell {
  readonly x: number;
  readonly z: number;
  readonly everywhere: boolean;
  readonly members: Resident[] = [];
  /** Covers in use that contain this cell. */
  readonly watchers: Cover[] = [];
  /** Members with values to refresh, as of `activeTick`. */
  readonly active: Resident[] = [];
  activeTick = -1;
  /** Ranges of what changed at once among members that stay, as of `nowTick`. */
  readonly now: number[] = [];
  nowTick = -1;
  readonly enter = unmade();
  readonly leave = unmade();
  /** By ring: what is due now, and all that is held back. */
  readonly refresh: Segment[];
  readonly owed: Segment[];

  constructor(x: number, z: number, rings: number, everywhere = false) {
    this.x = x;
    this.z = z;
    this.everywhere = everywhere;
    this.refresh = Array.from({ length: rings }, unmade);
    this.owed = Array.from({ length: rings }, unmade);
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
  readonly cells: Cell[] = [];
  /** This tick's clients that were here before; valid while `tick` is the current one. */
  readonly group: Client[] = [];
  tick = -1;
  /** Ranges for the group: what leaves its view and what enters it by moving. */
  readonly leaves: number[] = [];
  readonly enters: number[] = [];
  /** Ranges for the group: changes in its cells. */
  readonly changes: number[] = [];

  constructor(x: number, z: number, radiusM: number) {
    this.x = x;
    this.z = z;
    this.radiusM = radiusM;
  }

  /** Begins a tick with nobody in the group. */
  begin(tick: number): void {
    this.tick = tick;
    this.group.length = 0;
    this.leaves.length = 0;
    this.enters.length = 0;
    this.changes.length = 0;
  }
}

/** Cells and covers in use. */
export class CellGrid {
  readonly everywhere: Cell;
  readonly #interest: Interest;
  readonly #cells = new Map<number, Cell>();
  readonly #covers = new Map<number, Map<number, Cover>>();
  /** The ring by distance in columns and rows. */
  readonly #rings: Uint8Array;
  /** For clients without eyes: only what is always seen. */
  readonly nowhere: Cover;

  constructor(interest: Interest) {
    this.#interest = interest;
    this.everywhere = new Cell(0, 0, interest.rings.length, true);
    this.nowhere = new Cover(0, 0, 0);
    this.#watch(this.nowhere, this.everywhere);
    const gap = (lines: number): number => Math.max(0, lines - 1) * interest.cellM;
    this.#rings = Uint8Array.from({ length: TABLE * TABLE }, (_, i) => {
      const metres = Math.hypot(gap(Math.floor(i / TABLE)), gap(i % TABLE));
      return interest.rings.findLastIndex((ring) => metres >= ring.fromM);
    });
  }

  /** The column or row of a coordinate. Not-a-number counts as 0, infinities as the edge. */
  line(metres: number): number {
    const line = Math.floor(metres / this.#interest.cellM);
    return line > REACH ? REACH : line < -REACH ? -REACH : line || 0;
  }

  at(x: number, z: number): Cell {
    const key = keyOf(x, z);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = new Cell(x, z, this.#interest.rings.length);
      this.#cells.set(key, cell);
    }
    return cell;
  }

  cover(x: number, z: number, radiusM: number): Cover {
    if (radiusM === 0) return this.nowhere;
    let byCell = this.#covers.get(radiusM);
    if (byCell === undefined) {
      byCell = new Map();
      this.#covers.set(radiusM, byCell);
    }
    const key = keyOf(x, z);
    let cover = byCell.get(key);
    if (cover === undefined) {
      cover = this.#open(x, z, radiusM);
      byCell.set(key, cover);
    }
    return cover;
  }

  sees(cover: Cover, cell: Cell): boolean {
    return cell.everywhere || this.seesAt(cover, cell.x, cell.z);
  }

  /** As {@link CellGrid.sees}, by column and row. */
  seesAt(cover: Cover, x: number, z: number): boolean {
    return this.#gap2(cover, x, z) < cover.radiusM * cover.radiusM;
  }

  /** The ring of a seen cell, 0 nearest. */
  ring(cover: Cover, cell: Cell): number {
    if (cell.everywhere) return 0;
    const column = Math.min(TABLE - 1, Math.abs(cell.x - cover.x));
    const row = Math.min(TABLE - 1, Math.abs(cell.z - cover.z));
    return this.#rings[column * TABLE + row] ?? 0;
  }

  /**
   * Whether it is an actor's turn in a ring. Turns go by actor: each tick then has its even share, and an actor that
   * changes cells keeps its turn.
   */
  isDue(resident: Resident, ring: number, tick: number): boolean {
    return (tick + resident.index) % (this.#interest.rings[ring]?.everyTicks ?? 1) === 0;
  }

  /** Lets go of covers unused since `tick` and of the cells that only they held. */
  sweep(tick: number): void {
    for (const [radiusM, byCell] of this.#covers) {
      for (const [key, cover] of byCell) {
        if (cover.tick >= tick) continue;
        byCell.delete(key);
        for (const cell of cover.cells) remove(cell.watchers, cover);
      }
      if (byCell.size === 0) this.#covers.delete(radiusM);
    }
    for (const [key, cell] of this.#cells) {
      if (cell.members.length === 0 && cell.watchers.length === 0) this.#cells.delete(key);
    }
  }

  #open(x: number, z: number, radiusM: number): Cover {
    const cover = new Cover(x, z, radiusM);
    this.#watch(cover, this.everywhere);
    const reach = Math.ceil(radiusM / this.#interest.cellM) + 1;
    for (let cz = z - reach; cz <= z + reach; cz++) {
      for (let cx = x - reach; cx <= x + reach; cx++) {
        if (Math.abs(cx) > REACH || Math.abs(cz) > REACH) continue;
        if (this.#gap2(cover, cx, cz) < radiusM * radiusM) this.#watch(cover, this.at(cx, cz));
      }
    }
    return cover;
  }

  #watch(cover: Cover, cell: Cell): void {
    cover.cells.push(cell);
    cell.watchers.push(cover);
  }

  #gap2(cover: Cover, x: number, z: number): number {
    const gx = Math.max(0, Math.abs(x - cover.x) - 1) * this.#interest.cellM;
    const gz = Math.max(0, Math.abs(z - cover.z) - 1) * this.#interest.cellM;
    return gx * gx + gz * gz;
  }
}

function remove(covers: Cover[], cover: Cover): void {
  const at = covers.indexOf(cover);
  const last = covers.pop();
  if (last !== undefined && at >= 0 && at < covers.length) covers[at] = last;
}

function keyOf(x: number, z: number): number {
  return (x + REACH) * (2 * REACH + 1) + (z + REACH);
}
