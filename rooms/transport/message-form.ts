/** Deepest nesting of arrays and objects in a message. */
const DEPTH_MAX = 32;
/**
 * Kinds of a value, as far as an object's keys are concerned. NONE: not a value that the SDK sends, or cut
 * off.
 */
const [NONE, SCALAR, LIST, OTHER] = [0, 1, 2, 3] as const;
/** Bytes of a number behind its first byte, for first bytes 0xca to 0xd3. */
const NUMBERS = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8] as const;
/** Types of MessagePack extensions: undefined, the keys of an object, a time. */
const [UNDEFINED, KEYS, TIME] = [0, 0x72, 0xff] as const;

/**
 * Whether the bytes are one whole MessagePack value in a form that Colyseus's SDK sends: every length and
 * count is checked against the bytes received, before anything is decoded. Only the SDK's own extensions
 * pass: others of its decoder's may jump to any place in the bytes.
 *
 * @param from where the value begins; it ends with the bytes
 * @see `msgpackr` unpack.js (2.1.3)
 */
export function isPayload(bytes: Uint8Array, from: number): boolean {
  const walk = new Walk(bytes, from);
  return walk.value(0) !== NONE && walk.at === bytes.length;
}

class Walk {
  at: number;
  private readonly bytes: Uint8Array;
  /** Number of keys of the objects described so far, by the number of their description. */
  private readonly keys: number[] = [];

  constructor(bytes: Uint8Array, from: number) {
    this.bytes = bytes;
    this.at = from;
  }

  value(depth: number): number {
    const first = this.bytes[this.at++];
    if (first === undefined || depth > DEPTH_MAX) return NONE;
    if (first < 0x80) return this.described(first, depth);
    if (first < 0x90) return this.pairs(first - 0x80, depth);
    if (first < 0xa0) return this.values(first - 0x90, depth, LIST);
    if (first < 0xc0) return this.skip(first - 0xa0);
    if (first >= 0xe0) return SCALAR;
    if (first >= 0xca && first <= 0xd3) return this.skip(NUMBERS[first - 0xca] ?? 0);
    return this.long(first, depth);
  }

  /** A value with a length or count of its own. */
  private long(first: number, depth: number): number {
    if (first === 0xc0 || first === 0xc2 || first === 0xc3) return SCALAR;
    if (first >= 0xc4 && first <= 0xc6) return this.skip(this.count(1 << (first - 0xc4)), OTHER);
    if (first >= 0xd9 && first <= 0xdb) return this.skip(this.count(1 << (first - 0xd9)));
    if (first === 0xdc || first === 0xdd) return this.values(this.count(first === 0xdc ? 2 : 4), depth, LIST);
    if (first === 0xde || first === 0xdf) return this.pairs(this.count(first === 0xde ? 2 : 4), depth);
    return this.extension(first, depth);
  }

  private extension(first: number, depth: number): number {
    const length = first === 0xc7 ? this.count(1) : first >= 0xd4 && first <= 0xd8 ? 1 << (first - 0xd4) : 0;
    const type = this.bytes[this.at++];
    if (type === TIME && (length === 4 || length === 8 || length === 12)) return this.skip(length, OTHER);
    if (first !== 0xd4) return NONE;
    if (type === UNDEFINED) return this.skip(1);
    return type === KEYS ? this.describe(depth) : NONE;
  }

  /** The keys of an object, and the object; objects with the same keys refer to this description. */
  private describe(depth: number): number {
    const number = (this.bytes[this.at++] ?? 0) & 0x3f;
    const first = this.bytes[this.at++] ?? 0;
    const isShort = first >= 0x90 && first < 0xa0;
    const count = isShort ? first - 0x90 : first === 0xdc ? this.count(2) : this.bytes.length;
    for (let i = 0; i < count; i++) if (this.value(depth) !== SCALAR) return NONE;
    this.keys[number] = count;
    return this.values(count, depth, OTHER);
  }

  /** A small number, or an object that refers to an earlier description. */
  private described(first: number, depth: number): number {
    const count = first < 0x40 ? undefined : this.keys[first & 0x3f];
    return count === undefined ? SCALAR : this.values(count, depth, OTHER);
  }

  private values(count: number, depth: number, kind: number): number {
    for (let i = 0; i < count; i++) if (this.value(depth + 1) === NONE) return NONE;
    return kind;
  }

  private pairs(count: number, depth: number): number {
    for (let i = 0; i < count; i++) {
      if (this.value(depth + 1) !== SCALAR || this.value(depth + 1) === NONE) return NONE;
    }
    return OTHER;
  }

  private skip(length: number, kind: number = SCALAR): number {
    this.at += length;
    return this.at <= this.bytes.length ? kind : NONE;
  }

  /** A length or count of so many bytes; a cut-off one counts as longer than all that was received. */
  private count(size: number): number {
    let count = 0;
    for (let i = 0; i < size; i++) count = count * 256 + (this.bytes[this.at++] ?? 255);
    return this.at <= this.bytes.length ? count : this.bytes.length;
  }
}
