import { Protocol, ProtocolModifier } from "@colyseus/core";

/** `[uint32 sNow][uint32 inputSeq]` after the protocol byte in rooms with inputs. */
const TIMED_BYTES = 8;

/** Size of the memory at first. */
const MEMORY_BYTES = 64 * 1024;
/** Ticks after which the memory is fitted to the largest of them. */
const FIT_TICKS = 40;

/**
 * Memory of a tick's frames, used again in the next tick. While a write still reads it, it is left to that
 * write. New memory for every frame made the garbage collector work and the process grow.
 */
export class FrameMemory {
  #slab = Buffer.allocUnsafeSlow(MEMORY_BYTES);
  #used = 0;
  #isRetained = false;
  #ticks = 0;
  /** Bytes taken in this tick, and in the largest tick since the memory was fitted. */
  #takenBytes = 0;
  #peak = 0;

  /** Begins a tick: the frames of the last one are sent. */
  begin(): void {
    let { length } = this.#slab;
    this.#peak = Math.max(this.#peak, this.#takenBytes);
    if (++this.#ticks >= FIT_TICKS) {
      // A tick in which all clients joined or all actors moved leaves memory that no other tick needs.
      while (length > MEMORY_BYTES && length >= 4 * this.#peak) length = Math.ceil(length / 2);
      this.#ticks = this.#peak = 0;
    }
    if (this.#isRetained || length < this.#slab.length) this.#slab = Buffer.allocUnsafeSlow(length);
    this.#isRetained = false;
    this.#used = this.#takenBytes = 0;
  }

  /** Memory for one frame of this tick. */
  take(bytes: number): Buffer {
    this.#takenBytes += bytes;
    if (this.#used + bytes > this.#slab.length) {
      // The frames of the full memory keep it.
      this.#slab = Buffer.allocUnsafeSlow(Math.max(2 * this.#slab.length, bytes));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += bytes;
    return this.#slab.subarray(start, this.#used);
  }

  /** A write still reads some of it. */
  retain(): void {
    this.#isRetained = true;
  }
}

/**
 * One WebSocket message, built once with its frame header in front and shared by every client that it is sent
 * to. No encoder writes to its bytes again. Only the four bytes of a timed frame's `inputSeq` differ between
 * clients; {@link Frame.address} sets them.
 *
 * @see RFC 6455 section 5.2 for the header (binary, unmasked, unfragmented).
 */
export class Frame {
  /** Header, protocol byte, prefix if timed, body. */
  bytes: Buffer;
  /** Where the message begins: past the WebSocket header. */
  readonly messageAt: number;
  /** Where the state bytes begin; fill them before the first send. */
  readonly bodyAt: number;
  readonly timed: boolean;
  readonly #memory: FrameMemory | undefined;
  #isRetained = false;
  /** See {@link Frame.message}. */
  #message: { readonly inputSeq: number; readonly bytes: Buffer } | undefined;
  #inputSeq = 0;

  /**
   * @param code `Protocol.ROOM_STATE` or `Protocol.ROOM_STATE_PATCH`
   * @param bodyBytes length of the state bytes
   * @param sNow room clock in ms, given in rooms with inputs: the frame is then timed
   * @param memory where its bytes are, for a frame that is sent within the tick; otherwise memory of its own
   */
  constructor(code: number, bodyBytes: number, sNow?: number, memory?: FrameMemory) {
    this.#memory = memory;
    this.timed = sNow !== undefined;
    const length = 1 + (this.timed ? TIMED_BYTES : 0) + bodyBytes;
    this.messageAt = length < 126 ? 2 : length < 65_536 ? 4 : 10;
    this.bodyAt = this.messageAt + length - bodyBytes;
    const bytes = this.messageAt + length;
    this.bytes = memory?.take(bytes) ?? Buffer.allocUnsafe(bytes);
    this.bytes[0] = 0x82;
    if (this.messageAt === 2) this.bytes[1] = length;
    else if (this.messageAt === 4) {
      this.bytes[1] = 126;
      this.bytes.writeUInt16BE(length, 2);
    } else {
      this.bytes[1] = 127;
      this.bytes.writeUInt32BE(0, 2);
      this.bytes.writeUInt32BE(length, 6);
    }
    this.bytes[this.messageAt] = this.timed ? code | ProtocolModifier.TIMED : code;
    if (sNow !== undefined) this.bytes.writeUInt32LE(sNow >>> 0, this.messageAt + 1);
  }

  /** A frame around bytes whose first is a protocol code, copied. */
  static of(message: Uint8Array, sNow?: number): Frame {
    const frame = new Frame(message[0] ?? Protocol.ROOM_STATE_PATCH, message.length - 1, sNow);
    frame.bytes.set(message.subarray(1), frame.bodyAt);
    return frame;
  }

  /** Length of the state bytes. */
  get bodyBytes(): number {
    return this.bytes.length - this.bodyAt;
  }

  /**
   * Readies the frame for one client. Memory that an asynchronous write still reads is left to that write and
   * the frame goes on with a copy.
   *
   * @param inputSeq last input of this client that the state contains
   */
  address(inputSeq: number): void {
    if (!this.timed) return;
    if (this.#isRetained) {
      this.bytes = Buffer.from(this.bytes);
      this.#isRetained = false;
    }
    this.#inputSeq = inputSeq;
    const at = this.messageAt + 5;
    this.bytes[at] = inputSeq;
    this.bytes[at + 1] = inputSeq >>> 8;
    this.bytes[at + 2] = inputSeq >>> 16;
    this.bytes[at + 3] = inputSeq >>> 24;
  }

  /** A write of these bytes is still under way: the next {@link Frame.address} must not touch them. */
  retain(): void {
    this.#isRetained = true;
    this.#memory?.retain();
  }

  /**
   * The message without its WebSocket header, in memory of its own that is never written to: clients who get
   * the same share it. Once the frame's bytes are filled.
   */
  message(): Buffer {
    const known = this.#message;
    if (known?.inputSeq === this.#inputSeq) return known.bytes;
    const bytes = Buffer.from(this.bytes.subarray(this.messageAt));
    this.#message = { inputSeq: this.#inputSeq, bytes };
    return bytes;
  }
}
