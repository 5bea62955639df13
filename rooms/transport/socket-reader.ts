import { Socket } from "node:net";
import { type Client, Protocol } from "@colyseus/core";
import type { WebSocket } from "ws";
import { limitOf, type SocketLimit } from "./socket-limits.ts";
import { openStreamBinding } from "./stream-binding.ts";

/** The parts of `ws` that its types hide. A receiver in state 0 is between two frames. */
interface RawSocket extends WebSocket {
  readonly _socket?: ReadSocket | null;
  readonly _receiver?: {
    readonly _state?: number;
    readonly _bufferedBytes: number;
    readonly _fragmented: number;
  };
}
/** What Node's own streams read by, behind `net.Socket`. */
interface ReadHandle {
  /** Told of what was read; the numbers are in the binding's state. Node sets it to a function that pushes into the stream. */
  onread?: (this: ReadHandle, memory?: ArrayBuffer) => unknown;
  useUserBuffer?(memory: Uint8Array): void;
}
type ReadSocket = Socket & { readonly _handle?: ReadHandle | null };

/** A whole binary message in one frame, as ws's own constants have it: FIN and opcode 2. */
const WHOLE_BINARY = 0x82;
const MASKED = 0x80;
/** Opcode, length and mask of a frame whose length fits into seven bits. */
const HEAD = 6;
const LONGEST = 125;
/** The message codes beside their modifier bits, as in Colyseus's `Protocol`. */
const OPCODE_MASK = 0x1f;

/** Every socket is read into the same memory: what is read is used up, or copied, before the next read. */
const memory = Buffer.allocUnsafeSlow(64 * 1024);
const unmasked = Buffer.allocUnsafeSlow(LONGEST);
/** The first bytes of it as a buffer, by their number. */
const payloads = Array.from({ length: LONGEST + 1 }, (_, length) => payloadOf(length));
/** Sockets that are read so. */
const direct = new WeakSet<ReadHandle>();
const binding = openStreamBinding();

/**
 * Reads a client's socket without Node's stream and the WebSocket's receiver around each input frame, which cost twice
 * what Colyseus takes to decode and check it. Only input frames that came whole, and only between two messages: whatever
 * else is read goes the usual way, from its first byte on, and order is kept.
 *
 * Rests on the parts of Node behind its option `onread`, which a server cannot give to the sockets that it accepts, and
 * takes the place of its first step: that one's way from socket to stream costs as much as all that is done to a frame here.
 * Where a part is missing nothing changes.
 *
 * @param client one who has acknowledged the join
 * @param hear told of each input frame, in memory that is used again after it; what the socket's "message" would be told
 * @returns whether it is read so from now on
 */
export function readDirectly(client: Client, hear: (message: Buffer) => void): boolean {
  const ws = client.ref as RawSocket;
  const socket = ws._socket;
  const receiver = ws._receiver;
  // Of TLS the bytes are read further down.
  if (!(socket instanceof Socket) || "encrypted" in socket || receiver?._state === undefined) return false;
  const handle = socket._handle;
  const usual = handle?.onread;
  if (binding === undefined || !handle?.useUserBuffer || typeof usual !== "function") return false;
  if (direct.has(handle)) return true;
  const limit = limitOf(ws);
  const { streamBaseState: state, kReadBytesOrError, kArrayBufferOffset } = binding;
  handle.onread = () => {
    const length = state[kReadBytesOrError] ?? 0;
    if (length <= 0) return usual.call(handle);
    const isIdle =
      receiver._state === 0 &&
      receiver._bufferedBytes === 0 &&
      receiver._fragmented === 0 &&
      ws.readyState === ws.OPEN &&
      !ws.isPaused;
    const used = isIdle ? hearInputs(length, hear, limit) : 0;
    if (used === length) return undefined;
    const rest = Buffer.allocUnsafeSlow(length - used);
    memory.copy(rest, 0, used, length);
    state[kReadBytesOrError] = rest.length;
    state[kArrayBufferOffset] = 0;
    return usual.call(handle, rest.buffer as ArrayBuffer);
  };
  handle.useUserBuffer(memory);
  direct.add(handle);
  return true;
}

/** The first bytes of what was unmasked. Colyseus asks for all behind the first one: a view for each frame, were it not kept. */
function payloadOf(length: number): Buffer {
  const payload = unmasked.subarray(0, length);
  const body = unmasked.subarray(Math.min(1, length), length);
  payload.subarray = (start, end = length) =>
    start === 1 && end === length ? body : Buffer.prototype.subarray.call(payload, start, end);
  return payload;
}

/**
 * Hands on the input frames at the start of what was read, as the receiver would: all of them, even if the room closes
 * the socket over one. What comes behind too much is thrown away. Returns how many bytes they took.
 */
function hearInputs(length: number, hear: (message: Buffer) => void, limit: SocketLimit | undefined): number {
  let at = 0;
  while (at + HEAD <= length) {
    const size = (memory[at + 1] ?? 0) - MASKED;
    const body = at + HEAD;
    if (memory[at] !== WHOLE_BINARY || size < 1 || size > LONGEST || body + size > length) break;
    const code = ((memory[body] ?? 0) ^ (memory[at + 2] ?? 0)) & OPCODE_MASK;
    if (code !== Protocol.ROOM_INPUT_RELIABLE) break;
    if (limit !== undefined && !limit.take(size)) return length;
    for (let i = 0; i < size; i++) unmasked[i] = (memory[body + i] ?? 0) ^ (memory[at + 2 + (i & 3)] ?? 0);
    at = body + size;
    hear(payloads[size] as Buffer);
  }
  return at;
}
