import { Socket } from "node:net";
import { type Client, Protocol } from "@colyseus/core";
import { usesFastPath } from "./fast-path/fast-paths.ts";
import { handleOf, openStreamBinding, type RawSocket, type SocketHandle } from "./internals.ts";
import { limitOf, type SocketLimit } from "./socket-limits.ts";

/** First byte of a whole binary message in one frame: FIN and opcode 2 (RFC 6455 section 5.2). */
const WHOLE_BINARY = 0x82;
const MASKED = 0x80;
/** Bytes of opcode, length and mask in a frame whose length fits into seven bits. */
const HEAD_BYTES = 6;
const PAYLOAD_MAX = 125;
/** Masks the modifier bits off a message code, as Colyseus's `Protocol` does. */
const CODE_MASK = 0x1f;

/** All sockets are read into this memory: its bytes are used up, or copied, before the next read. */
const memory = Buffer.allocUnsafeSlow(64 * 1024);
const unmasked = Buffer.allocUnsafeSlow(PAYLOAD_MAX);
/** Buffers over the first bytes of `unmasked`, by length. */
const payloads = Array.from({ length: PAYLOAD_MAX + 1 }, (_, length) => payloadOf(length));
/** Handles that are read directly. */
const direct = new WeakSet<SocketHandle>();
const binding = openStreamBinding();

/**
 * Reads a client's socket without Node's stream and the WebSocket's receiver around each input frame, which
 * cost twice what Colyseus takes to decode and check it. Only whole input frames between two messages are
 * read so; all other bytes go the usual way, from their first byte on, and the order is kept.
 *
 * Replaces the function behind Node's option `onread`, which a server cannot give to the sockets that it
 * accepts. Does nothing where "socket-read" is off: the WebSocket's "message" event then brings each frame.
 *
 * @param client one that has acknowledged the join
 * @param hear called with each input frame, in memory that is used again after it; as the "message" event
 *   would be
 * @returns whether the socket is read directly from now on
 */
export function readDirectly(client: Client, hear: (message: Buffer) => void): boolean {
  if (!usesFastPath("socket-read")) return false;
  const ws = client.ref as RawSocket;
  const socket = ws._socket;
  const receiver = ws._receiver;
  // TLS reads its bytes further down.
  if (!(socket instanceof Socket) || "encrypted" in socket) return false;
  const handle = handleOf(socket);
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

/**
 * A buffer over the first bytes of `unmasked`. Colyseus asks for all bytes behind the first one, which would
 * make a view for each frame: it is made once here.
 */
function payloadOf(length: number): Buffer {
  const payload = unmasked.subarray(0, length);
  const body = unmasked.subarray(Math.min(1, length), length);
  payload.subarray = (start, end = length) =>
    start === 1 && end === length ? body : Buffer.prototype.subarray.call(payload, start, end);
  return payload;
}

/**
 * Passes on the input frames at the start of a read, as the receiver would: all of them, even if the room
 * closes the socket over one. Frames past the socket's limit are discarded.
 *
 * @returns how many bytes they took
 */
function hearInputs(length: number, hear: (message: Buffer) => void, limit: SocketLimit | undefined): number {
  let at = 0;
  while (at + HEAD_BYTES <= length) {
    const size = (memory[at + 1] ?? 0) - MASKED;
    const body = at + HEAD_BYTES;
    if (memory[at] !== WHOLE_BINARY || size < 1 || size > PAYLOAD_MAX || body + size > length) break;
    const code = ((memory[body] ?? 0) ^ (memory[at + 2] ?? 0)) & CODE_MASK;
    if (code !== Protocol.ROOM_INPUT_RELIABLE) break;
    if (limit !== undefined && !limit.take(size)) return length;
    for (let i = 0; i < size; i++) unmasked[i] = (memory[body + i] ?? 0) ^ (memory[at + 2 + (i & 3)] ?? 0);
    at = body + size;
    hear(payloads[size] as Buffer);
  }
  return at;
}
