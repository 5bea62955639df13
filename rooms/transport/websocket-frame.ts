import { Protocol, ProtocolModifier } from "@colyseus/core";

/** `[uint32 sNow][uint32 inputSeq]` after the protocol byte in rooms with inputs. */
const TIMED_BYTES = 8;

/** Bytes that a tick's frames have at first. */
const MEMORY_BYTES = 64 * 1024;
/** Ticks after which it is fitted to what the largest of them took. */
const FIT_TICKS = 40;

/**
 * Memory of a tick's frames, used again in the next one. Where a write still reads it, it is left to that write; asking
 * for new memory for every frame made the collector work and the process grow.
 */
export class FrameMemory {
  #slab = Buffer.allocUnsafeSlow(MEMORY_BYTES);
  #used = 0;
  #held = false;
  #ticks = 0;
  /** Bytes taken in this tick, and in the largest one since memory was fitted. */
  #taken = 0;
  #most = 0;

  /** Begins a tick: the frames of the last one are sent. */
  begin(): void {
    let { length } = this.#slab;
    this.#most = Math.max(this.#most, this.#taken);
    if (++this.#ticks >= FIT_TICKS) {
      // One tick in which all came, or all moved, leaves memory that no other tick needs.
      while (length > MEMORY_BYTES && length >= 4 * this.#most) length = Math.ceil(length / 2);
      this.#ticks = this.#most = 0;
    }
    if (this.#held || length < this.#slab.length) this.#slab = Buffer.allocUnsafeSlow(length);
    this.#held = false;
    this.#used = this.#taken = 0;
  }

  take(bytes: number): Buffer {
    this.#taken += bytes;
    if (this.#used + bytes > this.#slab.length) {
      // What is full stays with its frames.
      this.#slab = Buffer.allocUnsafeSlow(Math.max(2 * this.#slab.length, bytes));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += bytes;
    return this.#slab.subarray(start, this.#used);
  }

  /** A write still reads some of it. */
  hold(): void {
    this.#held = true;
  }
}

/**
 * One WebSocket message, built once with its frame header in front and shared by every client that is to get it.
 * Its bytes are its own: no encoder writes to them again. Only the four bytes of a timed frame's `inputSeq`
 * differ between clients; {@link Frame.address} sets them.
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
  #held = false;

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
    if (this.#held) {
      this.bytes = Buffer.from(this.bytes);
      this.#held = false;
    }
    const at = this.messageAt + 5;
    this.bytes[at] = inputSeq;
    this.bytes[at + 1] = inputSeq >>> 8;
    this.bytes[at + 2] = inputSeq >>> 16;
    this.bytes[at + 3] = inputSeq >>> 24;
  }

  /** A write of these bytes is still under way: the next {@link Frame.address} must not touch them. */
  hold(): void {
    this.#held = true;
    this.#memory?.hold();
  }

  /** The message without its WebSocket header, in memory of its own. */
  message(): Buffer {
    return Buffer.from(this.bytes.subarray(this.messageAt));
  }
}
