import type { Cell } from "./cell-grid.ts";

/** Numbers of a slot before those by ring. */
const FIXED = 4;
/** Numbers by ring: the end of its run, then where what it gets apart begins and ends. */
const BY_RING = 3;
/** Numbers of a slot behind those by ring: column, row, and the slot behind it at the same place of the lattice. */
const PLACE = 3;
/** Columns and rows of the lattice at first, and the most it grows to. */
const [SIDE, WIDEST] = [32, 512];
const NONE = -1;

/**
 * Where each cell's bytes of this tick begin and end in the scratch, as numbers in one block. Putting frames together
 * reads them for each cell of each view: spread over objects they cost more than the bytes that they stand for.
 *
 * A slot holds, from its first number: the tick in which its cell has something to send, the tick in which that was
 * laid out, where what changed at once begins, where the values behind it begin, and by ring the end of its run of
 * them, then start and end of what it gets apart. Three rings fill a line of the processor's cache.
 *
 * A cell on the ground is found by column and row in a lattice that repeats: neighbours on the ground are neighbours in
 * memory, so that a view looks past empty ground at next to no cost and nobody has to keep a list of what it sees.
 */
export class CellTable {
  numbers: Int32Array;
  readonly stride: number;
  readonly rings: number;
  /** Cells on the ground. */
  count = 0;
  readonly #cells: (Cell | undefined)[] = [];
  readonly #free: number[] = [];
  /** The first slot at each place. Columns and rows that are a side apart share one. */
  #lattice = new Int32Array(SIDE * SIDE).fill(NONE);
  #side = SIDE;
  /** Bits of the rings that have something to be sent of a cell at a place, in this tick: a view looks no further without. */
  #due = new Uint8Array(SIDE * SIDE);

  constructor(rings: number) {
    this.rings = rings;
    this.stride = FIXED + BY_RING * rings + PLACE;
    this.numbers = new Int32Array(64 * this.stride).fill(NONE);
  }

  /** A slot with nothing to send. */
  take(): number {
    const slot = this.#free.pop() ?? this.stride * this.#cells.push(undefined) - this.stride;
    if (slot >= this.numbers.length) {
      const more = new Int32Array(2 * this.numbers.length).fill(NONE);
      more.set(this.numbers);
      this.numbers = more;
    }
    this.numbers[slot] = this.numbers[slot + 1] = NONE;
    return slot;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }

  /** Puts a cell where its column and row are. */
  put(cell: Cell): void {
    this.#cells[cell.slot / this.stride] = cell;
    const at = cell.slot + this.stride - PLACE;
    this.numbers[at] = cell.x;
    this.numbers[at + 1] = cell.z;
    if (++this.count * 4 > this.#side ** 2 && this.#side < WIDEST) this.#widen();
    else this.#link(cell.slot);
  }

  /** Takes a cell off the ground. */
  remove({ slot, x, z }: Cell): void {
    const { numbers, stride } = this;
    const place = this.#placeOf(x, z);
    const next = numbers[slot + stride - 1] ?? NONE;
    let before = this.#lattice[place] ?? NONE;
    if (before === slot) this.#lattice[place] = next;
    else {
      while (numbers[before + stride - 1] !== slot) before = numbers[before + stride - 1] ?? NONE;
      numbers[before + stride - 1] = next;
    }
    this.#cells[slot / stride] = undefined;
    this.count--;
  }

  /** Begins a tick in which nothing is due. */
  begin(): void {
    this.#due.fill(0);
  }

  /** Notes that a cell has something to send to the rings of these bits. */
  touch({ slot, x, z, everywhere }: Cell, tick: number, rings: number): void {
    this.numbers[slot] = tick;
    if (everywhere) return;
    const place = this.#placeOf(x, z);
    this.#due[place] = (this.#due[place] ?? 0) | rings;
  }

  /** As {@link CellTable.find}, but -1 too where nothing is due for the ring of this bit. */
  findDue(x: number, z: number, ring: number): number {
    return ((this.#due[this.#placeOf(x, z)] ?? 0) & ring) === 0 ? NONE : this.find(x, z);
  }

  /** The slot of the cell at a column and row, or -1. */
  find(x: number, z: number): number {
    const { numbers, stride } = this;
    let slot = this.#lattice[this.#placeOf(x, z)] ?? NONE;
    while (slot >= 0 && (numbers[slot + stride - 3] !== x || numbers[slot + stride - 2] !== z))
      slot = numbers[slot + stride - 1] ?? NONE;
    return slot;
  }

  /** The cell on the ground that has a slot. */
  cell(slot: number): Cell | undefined {
    return this.#cells[slot / this.stride];
  }

  /** All cells on the ground. */
  *all(): Iterable<Cell> {
    for (const cell of this.#cells) if (cell !== undefined) yield cell;
  }

  /** Index of the end of a ring's run. */
  end(slot: number, ring: number): number {
    return slot + FIXED + ring;
  }

  /** Index of the start of what a ring gets apart; the end follows. */
  apart(slot: number, ring: number): number {
    return slot + FIXED + this.rings + 2 * ring;
  }

  #placeOf(x: number, z: number): number {
    const mask = this.#side - 1;
    return (z & mask) * this.#side + (x & mask);
  }

  #link(slot: number): void {
    const { numbers, stride } = this;
    const place = this.#placeOf(numbers[slot + stride - 3] ?? 0, numbers[slot + stride - 2] ?? 0);
    numbers[slot + stride - 1] = this.#lattice[place] ?? NONE;
    this.#lattice[place] = slot;
  }

  #widen(): void {
    this.#side *= 2;
    this.#lattice = new Int32Array(this.#side ** 2).fill(NONE);
    this.#due = new Uint8Array(this.#side ** 2);
    for (const { slot } of this.all()) this.#link(slot);
  }
}
