import type { WebSocket } from "ws";
import { CLOSE } from "../../shared/index.ts";
import type { RawSocket, Receiver } from "./internals.ts";
import { askForProof } from "./proof-of-reading.ts";

/**
 * What one socket may send, frames of every kind and their heads included, and what it may leave unread. A page at 60 Hz
 * that chats sends some 70 frames and 2 KB a second; at once it sends what waited through the longest stall that a
 * connection outlives, nine seconds.
 */
export const SOCKET_LIMITS = {
  framesPerSecond: 300,
  framesAtOnce: 2_400,
  bytesPerSecond: 32 * 1024,
  bytesAtOnce: 128 * 1024,
  /** Fragments of one message; pages send none. Each may hold on to all that was read with it, 64 KB. */
  fragmentsMax: 8,
  /** Reads that one frame may be spread over. */
  chunksMax: 256,
  /** Answers to pings that a socket may leave unread; browsers send no pings. */
  unreadPongsMax: 64,
  /** Milliseconds that a ping may wait to be answered: who does not read cannot know what it says. */
  unansweredMs: 30_000,
  /** Milliseconds for a close code to be read before the socket is cut. */
  graceMs: 3_000,
} as const;

/** Where it is logged that a socket was closed: one line a kind now and then. */
export interface SocketLog {
  warn(line: string): void;
}

/** Opcode, length and mask of a frame; longer heads are those of longer frames. */
const HEAD_BYTES = 6;
const limits = new WeakMap<WebSocket, SocketLimit>();

/** {@link SOCKET_LIMITS} as far as `ws` itself keeps them: options of its server. */
export const SOCKET_OPTIONS = {
  maxFragments: SOCKET_LIMITS.fragmentsMax,
  maxBufferedChunks: SOCKET_LIMITS.chunksMax,
  maxPendingAutoPongs: SOCKET_LIMITS.unreadPongsMax,
} as const;

/** The token buckets of one socket: one of frames, one of bytes. */
export class SocketLimit {
  private frames: number = SOCKET_LIMITS.framesAtOnce;
  private bytes: number = SOCKET_LIMITS.bytesAtOnce;
  private at: number;
  private readonly ws: WebSocket;
  private readonly log: SocketLog | undefined;

  constructor(ws: WebSocket, log?: SocketLog, now = performance.now()) {
    this.ws = ws;
    this.log = log;
    this.at = now;
  }

  /**
   * Takes one frame out of the buckets. They are filled up only when one is empty: the clock is not read for each frame.
   *
   * @returns false when it is too much: the socket has been closed, and nothing of it is heard any more
   */
  take(payloadBytes: number): boolean {
    this.frames -= 1;
    this.bytes -= HEAD_BYTES + payloadBytes;
    if (this.frames >= 0 && this.bytes >= 0) return true;
    this.fill(performance.now());
    if (this.frames >= 0 && this.bytes >= 0) return true;
    this.end(this.frames < 0 ? "too many frames" : "too many bytes");
    return false;
  }

  /** Closes the socket, which is told in the log once. */
  private end(why: string): void {
    if (this.ws.readyState === this.ws.OPEN) {
      this.log?.warn(`a socket was closed: it sent ${why}`);
      endSocket(this.ws, CLOSE.ABUSE, why);
    }
    this.ws.pause();
  }

  private fill(now: number): void {
    const seconds = (now - this.at) / 1000;
    const { framesPerSecond, framesAtOnce, bytesPerSecond, bytesAtOnce } = SOCKET_LIMITS;
    this.frames = Math.min(framesAtOnce, this.frames + seconds * framesPerSecond);
    this.bytes = Math.min(bytesAtOnce, this.bytes + seconds * bytesPerSecond);
    this.at = now;
  }
}

/**
 * Holds a socket to {@link SOCKET_LIMITS}, whatever it sends and whether or not it is in a room. Frames are counted where
 * `ws` knows their length, before it waits for their payload.
 */
export function limitSocket(ws: WebSocket, log?: SocketLog): void {
  const limit = new SocketLimit(ws, log);
  limits.set(ws, limit);
  askForProof(ws, SOCKET_LIMITS.unansweredMs, () => {
    log?.warn("a socket was cut: it reads too slowly, or nothing");
    endSocket(ws, CLOSE.TOO_SLOW, "too slow", 0);
  });
  const receiver = (ws as RawSocket)._receiver;
  const usual = receiver.haveLength;
  receiver.haveLength = function haveLength(this: Receiver, done) {
    if (limit.take(this._payloadLength)) usual.call(this, done);
    else stop(this);
  };
}

/** The limit of a socket that has one, for a read path that goes past the receiver. */
export function limitOf(ws: WebSocket): SocketLimit | undefined {
  return limits.get(ws);
}

/** What was read already, and what is still read, is thrown away. */
function stop(receiver: Receiver): void {
  receiver._loop = false;
  receiver._write = (_chunk, _encoding, done) => done();
}

/**
 * Closes a socket with a code. One that does not answer is cut after a grace. Its room is told this code, whatever the client
 * answers: a reset, or another code, would read as a lost connection, whose seat is kept.
 *
 * @param graceMs milliseconds for the code to be read
 */
export function endSocket(
  ws: WebSocket,
  code: number,
  reason: string,
  graceMs: number = SOCKET_LIMITS.graceMs,
): void {
  ws.close(code, reason);
  Object.defineProperty(ws, "_closeCode", { get: () => code, set() {} });
  setTimeout(() => ws.terminate(), graceMs).unref();
}
