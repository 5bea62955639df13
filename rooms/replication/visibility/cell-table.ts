import type { Cell } from "../tracked-actor.ts";

/** Offsets of a slot's numbers: ticks, then indexes into the scratch. */
const DUE_TICK = 0;
const LAID_OUT_TICK = 1;
const CHANGES_AT = 2;
const VALUES_AT = 3;
/** Numbers of a slot before those by ring. */
const FIXED = 4;
/** Numbers by ring: the end of its run of values, then start and end of its apart values. */
const BY_RING = 3;
/**
 * Numbers of a slot behind those by ring, as offsets from its end: column, row, and the next slot at its
 * place.
 */
const COLUMN = -3;
const ROW = -2;
const NEXT = -1;
const BEHIND = 3;
/** Columns and rows of the lattice at first, and the most it grows to. */
const SIDE = 32;
const SIDE_MAX = 512;
const NONE = -1;

/**
 * Where each cell's bytes of this tick begin and end in the scratch, as numbers in one block. A patch reads
 * them for each cell of each view: spread over objects they cost more than the bytes that they stand for.
 *
 * A slot holds the tick in which its cell has something to send, the tick in which that was laid out, where
 * immediate changes begin, where values begin, and by ring the end of its run of values, then start and end
 * of the values that it gets apart. The numbers of three rings fill a line of the processor's cache.
 *
 * A cell on the ground is found by column and row in a lattice that repeats: neighbours on the ground are
 * neighbours in memory, so that a view passes over empty ground at next to no cost and keeps no list of its
 * cells.
 */
export class CellTable {
  readonly stride: number;
  readonly rings: number;
  /** Number of cells on the ground. */
  count = 0;
  #numbers: Int32Array;
  readonly #cells: (Cell | undefined)[] = [];
  readonly #free: number[] = [];
  /** The first slot at each place. Columns and rows that are a side apart share one. */
  #lattice = new Int32Array(SIDE * SIDE).fill(NONE);
  #side = SIDE;
  /**
   * By place: bits of the rings with something to send in this tick. A view looks no further without its
   * ring's bit.
   */
  #due = new Uint8Array(SIDE * SIDE);

  constructor(rings: number) {
    this.rings = rings;
    this.stride = FIXED + BY_RING * rings + BEHIND;
    this.#numbers = new Int32Array(64 * this.stride).fill(NONE);
  }

  /** A slot with nothing to send. */
  allocate(): number {
    const slot = this.#free.pop() ?? this.stride * this.#cells.push(undefined) - this.stride;
    if (slot >= this.#numbers.length) {
      const grown = new Int32Array(2 * this.#numbers.length).fill(NONE);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[slot + DUE_TICK] = this.#numbers[slot + LAID_OUT_TICK] = NONE;
    return slot;
  }

  free(slot: number): void {
    this.#free.push(slot);
  }

  /** Adds a cell at its column and row. */
  insert(cell: Cell): void {
    this.#cells[cell.slot / this.stride] = cell;
    const end = cell.slot + this.stride;
    this.#numbers[end + COLUMN] = cell.x;
    this.#numbers[end + ROW] = cell.z;
    if (++this.count * 4 > this.#side * this.#side && this.#side < SIDE_MAX) this.#widen();
    else this.#link(cell.slot);
  }

  /** Removes a cell from the ground. */
  remove({ slot, x, z }: Cell): void {
    const place = this.#placeOf(x, z);
    const next = this.#next(slot);
    let before = this.#lattice[place] ?? NONE;
    if (before === slot) this.#lattice[place] = next;
    else {
      while (this.#next(before) !== slot) before = this.#next(before);
      this.#numbers[before + this.stride + NEXT] = next;
    }
    this.#cells[slot / this.stride] = undefined;
    this.count--;
  }

  /** Begins a tick in which nothing is due. */
  beginTick(): void {
    this.#due.fill(0);
  }

  /** Notes that a cell has something to send to the rings of these bits. */
  markDue({ slot, x, z, everywhere }: Cell, tick: number, rings: number): void {
    this.#numbers[slot + DUE_TICK] = tick;
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
    const numbers = this.#numbers;
    const { stride } = this;
    let slot = this.#lattice[this.#placeOf(x, z)] ?? NONE;
    while (slot >= 0 && (numbers[slot + stride + COLUMN] !== x || numbers[slot + stride + ROW] !== z))
      slot = numbers[slot + stride + NEXT] ?? NONE;
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

  /** Whether a cell has something to send in this tick. */
  isDue(slot: number, tick: number): boolean {
    return this.#numbers[slot + DUE_TICK] === tick;
  }

  isLaidOut(slot: number, tick: number): boolean {
    return this.#numbers[slot + LAID_OUT_TICK] === tick;
  }

  /** Where a cell's immediate changes begin; its values follow them. */
  changesAt(slot: number): number {
    return this.#numbers[slot + CHANGES_AT] ?? 0;
  }

  valuesAt(slot: number): number {
    return this.#numbers[slot + VALUES_AT] ?? 0;
  }

  /** Where the run of values of a ring ends. */
  valuesEnd(slot: number, ring: number): number {
    return this.#numbers[slot + FIXED + ring] ?? 0;
  }

  /** Where the values that a ring gets apart begin. */
  apartAt(slot: number, ring: number): number {
    return this.#numbers[slot + FIXED + this.rings + 2 * ring] ?? 0;
  }

  apartEnd(slot: number, ring: number): number {
    return this.#numbers[slot + FIXED + this.rings + 2 * ring + 1] ?? 0;
  }

  /** Begins the layout of a cell's bytes of this tick, at a place in the scratch. */
  beginLayout(slot: number, tick: number, changesAt: number): void {
    this.#numbers[slot + LAID_OUT_TICK] = tick;
    this.#numbers[slot + CHANGES_AT] = changesAt;
  }

  setValuesAt(slot: number, at: number): void {
    this.#numbers[slot + VALUES_AT] = at;
  }

  setValuesEnd(slot: number, ring: number, end: number): void {
    this.#numbers[slot + FIXED + ring] = end;
  }

  setApart(slot: number, ring: number, start: number, end: number): void {
    const at = slot + FIXED + this.rings + 2 * ring;
    this.#numbers[at] = start;
    this.#numbers[at + 1] = end;
  }

  #next(slot: number): number {
    return this.#numbers[slot + this.stride + NEXT] ?? NONE;
  }

  #placeOf(x: number, z: number): number {
    const mask = this.#side - 1;
    return (z & mask) * this.#side + (x & mask);
  }

  #link(slot: number): void {
    const numbers = this.#numbers;
    const end = slot + this.stride;
    const place = this.#placeOf(numbers[end + COLUMN] ?? 0, numbers[end + ROW] ?? 0);
    numbers[end + NEXT] = this.#lattice[place] ?? NONE;
    this.#lattice[place] = slot;
  }

  #widen(): void {
    this.#side *= 2;
    this.#lattice = new Int32Array(this.#side * this.#side).fill(NONE);
    this.#due = new Uint8Array(this.#side * this.#side);
    for (const { slot } of this.all()) this.#link(slot);
  }
}
