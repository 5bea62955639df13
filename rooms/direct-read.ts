import { Socket } from "node:net";
import { type Client, Protocol } from "@colyseus/core";
import type { WebSocket } from "ws";

/** The parts of `ws` that its types hide. A receiver in state 0 is between two frames. */
interface RawSocket extends WebSocket {
  readonly _socket?: ReadSocket | null;
  readonly _receiver?: {
    readonly _state?: number;
    readonly _bufferedBytes: number;
    readonly _fragmented: number;
  };
}
/** What Node reads a socket by when its option `onread` is given. */
type ReadSocket = Socket & {
  readonly _handle?: { useUserBuffer?(memory: Uint8Array): void } | null;
  [part: symbol]: unknown;
};

/** A whole binary message in one frame, as ws's own constants have it: FIN and opcode 2. */
const WHOLE_BINARY = 0x82;
const MASKED = 0x80;
/** Opcode, length and mask of a frame whose length fits into seven bits. */
const HEAD = 6;
const LONGEST = 125;
/** The message codes beside their modifier bits, as in Colyseus's `Protocol`. */
const CODE = 0x1f;

/** Every socket is read into the same memory: what is read is used up, or copied, before the next read. */
const memory = Buffer.allocUnsafeSlow(64 * 1024);
const unmasked = Buffer.allocUnsafeSlow(LONGEST);
/** The first bytes of it as a buffer, by their number. */
const payloads = Array.from({ length: LONGEST + 1 }, (_, length) => unmasked.subarray(0, length));

/**
 * Reads a client's socket without Node's stream and the WebSocket's receiver around each input frame, which cost twice
 * what Colyseus takes to decode and check it. Only input frames that came whole, and only between two messages: whatever
 * else is read goes the usual way, from its first byte on, and order is kept. (Node reads no paused socket of this kind.)
 * The room hears of an input by the event that it always hears of it.
 *
 * Rests on the parts of Node behind its option `onread`, which a server cannot give to the sockets that it accepts. Where
 * one is missing nothing changes.
 *
 * @returns whether it is read so from now on
 */
export function readDirectly(client: Client): boolean {
  const ws = client.ref as RawSocket;
  const socket = ws._socket;
  const receiver = ws._receiver;
  // Of TLS the bytes are read further down.
  if (!(socket instanceof Socket) || "encrypted" in socket || receiver?._state === undefined) return false;
  const handle = socket._handle;
  const symbols = Object.getOwnPropertySymbols(socket);
  const buffer = symbols.find(({ description }) => description === "kBuffer");
  const callback = symbols.find(({ description }) => description === "kBufferCb");
  if (!handle?.useUserBuffer || !buffer || !callback) return false;
  if (socket[callback]) return true;
  const isIdle = () =>
    receiver._state === 0 &&
    receiver._bufferedBytes === 0 &&
    receiver._fragmented === 0 &&
    ws.readyState === ws.OPEN;
  socket[buffer] = memory;
  socket[callback] = (length: number) => {
    const used = isIdle() ? hearInputs(ws, length) : 0;
    return used === length || socket.push(Buffer.from(memory.subarray(used, length)));
  };
  handle.useUserBuffer(memory);
  return true;
}

/**
 * Emits the input frames at the start of what was read, as the receiver would: all of them, even if the room closes the
 * socket over one. Returns how many bytes they took.
 */
function hearInputs(ws: WebSocket, length: number): number {
  let at = 0;
  while (at + HEAD <= length) {
    const size = (memory[at + 1] ?? 0) - MASKED;
    const body = at + HEAD;
    if (memory[at] !== WHOLE_BINARY || size < 1 || size > LONGEST || body + size > length) break;
    const code = ((memory[body] ?? 0) ^ (memory[at + 2] ?? 0)) & CODE;
    if (code !== Protocol.ROOM_INPUT_RELIABLE && code !== Protocol.ROOM_INPUT_UNRELIABLE) break;
    for (let i = 0; i < size; i++) unmasked[i] = (memory[body + i] ?? 0) ^ (memory[at + 2 + (i & 3)] ?? 0);
    at = body + size;
    ws.emit("message", payloads[size], true);
  }
  return at;
}
