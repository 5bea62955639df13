/**
 * A list of byte ranges in a tick's scratch. It is emptied and filled again every tick and keeps its memory:
 * an array whose `length` is set to 0 frees it, which for thousands of lists costs more than filling them.
 */
export class ByteRanges {
  /** Start, end, start, end, … as far as `length`. */
  readonly at: number[] = [];
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** Adds a range, joined to the one before where they touch; an empty one is left out. */
  push(start: number, end: number): void {
    if (end === start) return;
    const { at, length } = this;
    if (length > 0 && at[length - 1] === start) {
      at[length - 1] = end;
      return;
    }
    at[length] = start;
    at[length + 1] = end;
    this.length = length + 2;
  }

  /** Adds all of another list. */
  add(more: ByteRanges): void {
    const { at, length } = more;
    for (let i = 0; i < length; i += 2) this.push(at[i] ?? 0, at[i + 1] ?? 0);
  }

  /** Bytes in all ranges. */
  get bytes(): number {
    const { at, length } = this;
    let sum = 0;
    for (let i = 0; i < length; i += 2) sum += (at[i + 1] ?? 0) - (at[i] ?? 0);
    return sum;
  }
}
