/** Numbers of a slot before those by ring. */
const FIXED = 4;
/** Numbers by ring: the end of its run, then where what it gets apart begins and ends. */
const BY_RING = 3;

/**
 * Where each cell's bytes of this tick begin and end in the scratch, as numbers in one block. Putting frames together
 * reads them for each cell of each view: spread over objects they cost more than the bytes that they stand for.
 *
 * A slot holds, from its first number: the tick in which its cell has something to send, the tick in which that was
 * laid out, where what changed at once begins, where the values behind it begin, and by ring the end of its run of
 * them, then start and end of what it gets apart.
 */
export class CellTable {
  numbers: Int32Array;
  readonly stride: number;
  readonly rings: number;
  readonly #free: number[] = [];
  #used = 0;

  constructor(rings: number) {
    this.rings = rings;
    this.stride = FIXED + BY_RING * rings;
    this.numbers = new Int32Array(64 * this.stride).fill(-1);
  }

  /** A slot for a cell, with nothing to send. */
  take(): number {
    const slot = this.#free.pop() ?? this.stride * this.#used++;
    if (slot >= this.numbers.length) {
      const more = new Int32Array(2 * this.numbers.length).fill(-1);
      more.set(this.numbers);
      this.numbers = more;
    }
    this.numbers[slot] = this.numbers[slot + 1] = -1;
    return slot;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }

  /** Index of the end of a ring's run. */
  end(slot: number, ring: number): number {
    return slot + FIXED + ring;
  }

  /** Index of the start of what a ring gets apart; the end follows. */
  apart(slot: number, ring: number): number {
    return slot + FIXED + this.rings + 2 * ring;
  }
}
