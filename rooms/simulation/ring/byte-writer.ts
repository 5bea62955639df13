const utf8 = new TextEncoder();

/** Bytes that grow as they are written: whole numbers of variable length, texts and float64s. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Memory that is taken, whether written or not. */
  get capacity(): number {
    return this.#bytes.length;
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  /** @param value a whole number, 0 to 2^53 - 1 */
  whole(value: number): void {
    let left = value;
    while (left > 0x7f) {
      this.byte((left % 0x80) | 0x80);
      left = Math.floor(left / 0x80);
    }
    this.byte(left);
  }

  float64(value: number): void {
    if (this.length + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setFloat64(this.length, value);
    this.length += 8;
  }

  text(value: string): void {
    const bytes = utf8.encode(value);
    this.whole(bytes.length);
    this.bytes(bytes);
  }

  bytes(all: Uint8Array): void {
    if (this.length + all.length > this.#bytes.length) this.#grow(all.length);
    this.#bytes.set(all, this.length);
    this.length += all.length;
  }

  /** A copy of what was written, or of its beginning. */
  copy(length = this.length): Uint8Array {
    return this.#bytes.slice(0, length);
  }

  /** Forgets what was written, and keeps the memory. */
  clear(): void {
    this.length = 0;
  }

  #grow(by: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + by));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Reads what a {@link ByteWriter} has written, in the same order. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  whole(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  float64(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8);
  }

  text(): string {
    const length = this.whole();
    const from = this.#at;
    this.#at += length;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, length).toString();
  }
}
