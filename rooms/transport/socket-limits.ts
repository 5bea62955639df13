import type { WebSocket } from "ws";
import { CLOSE } from "../../shared/index.ts";
import type { RawSocket, Receiver } from "./internals.ts";
import { askForProof } from "./proof-of-reading.ts";

/**
 * Limits of what one socket sends, counting frames of every kind with their headers, and of what it leaves
 * unread. A page at 60 Hz that chats sends some 70 frames and 2 KB a second; after the longest stall that a
 * connection survives, nine seconds, it sends all that waited at once.
 */
export const SOCKET_LIMITS = {
  /** Unless the process or the room says otherwise; eight seconds of them at once. */
  framesPerSecond: 300,
  framesAtOnce: 2_400,
  bytesPerSecond: 32 * 1024,
  bytesAtOnce: 128 * 1024,
  /** Fragments of one message; the SDK sends none. Each may hold the memory of its whole read, 64 KB. */
  fragmentsMax: 8,
  /** Most reads that one frame may be spread over. */
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

/** The part of {@link SOCKET_LIMITS} that `ws` itself enforces, as options of its server. */
export const SOCKET_OPTIONS = {
  maxFragments: SOCKET_LIMITS.fragmentsMax,
  maxBufferedChunks: SOCKET_LIMITS.chunksMax,
  maxPendingAutoPongs: SOCKET_LIMITS.unreadPongsMax,
} as const;

/** What this process has received on its sockets, and how many it closed for a limit. */
export const RECEIVED = { frames: 0, bytes: 0, socketsClosed: 0 };

/** Seconds of frames that may come at once. */
const AT_ONCE_S = SOCKET_LIMITS.framesAtOnce / SOCKET_LIMITS.framesPerSecond;

/** The token buckets of one socket: one of frames, one of bytes. */
export class SocketLimit {
  private framesPerSecond: number;
  private frames: number;
  private bytes: number = SOCKET_LIMITS.bytesAtOnce;
  private at: number;
  private readonly ws: WebSocket;
  private readonly log: SocketLog | undefined;

  constructor(
    ws: WebSocket,
    log?: SocketLog,
    framesPerSecond: number = SOCKET_LIMITS.framesPerSecond,
    now = performance.now(),
  ) {
    this.framesPerSecond = framesPerSecond;
    this.frames = AT_ONCE_S * framesPerSecond;
    this.ws = ws;
    this.log = log;
    this.at = now;
  }

  /**
   * Takes one frame out of the buckets. They are refilled only when one is empty: the clock is not read for
   * each frame.
   *
   * @returns false past a limit: the socket has been closed, and its further frames are discarded
   */
  take(payloadBytes: number): boolean {
    RECEIVED.frames += 1;
    RECEIVED.bytes += HEAD_BYTES + payloadBytes;
    this.frames -= 1;
    this.bytes -= HEAD_BYTES + payloadBytes;
    if (this.frames >= 0 && this.bytes >= 0) return true;
    this.fill(performance.now());
    if (this.frames >= 0 && this.bytes >= 0) return true;
    this.end(this.frames < 0 ? "too many frames" : "too many bytes");
    return false;
  }

  /** Sets the frames a second, as the room of the client wants it; undefined: as it is. */
  allow(framesPerSecond: number | undefined): void {
    if (framesPerSecond === undefined || framesPerSecond === this.framesPerSecond) return;
    this.frames *= framesPerSecond / this.framesPerSecond;
    this.framesPerSecond = framesPerSecond;
  }

  /** Closes the socket, and logs it once. */
  private end(why: string): void {
    if (this.ws.readyState === this.ws.OPEN) {
      RECEIVED.socketsClosed += 1;
      this.log?.warn(`a socket was closed: it sent ${why}`);
      endSocket(this.ws, CLOSE.ABUSE, why);
    }
    this.ws.pause();
  }

  private fill(now: number): void {
    const seconds = (now - this.at) / 1000;
    const { bytesPerSecond, bytesAtOnce } = SOCKET_LIMITS;
    const { framesPerSecond } = this;
    this.frames = Math.min(AT_ONCE_S * framesPerSecond, this.frames + seconds * framesPerSecond);
    this.bytes = Math.min(bytesAtOnce, this.bytes + seconds * bytesPerSecond);
    this.at = now;
  }
}

/**
 * Enforces {@link SOCKET_LIMITS} on a socket, in a room or not. Frames are counted where `ws` knows their
 * length, before it waits for their payload.
 */
export function limitSocket(ws: WebSocket, log?: SocketLog, framesPerSecond?: number): void {
  const limit = new SocketLimit(ws, log, framesPerSecond);
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

/** The limit of a socket, for a read path that bypasses the receiver; undefined: it has none. */
export function limitOf(ws: WebSocket): SocketLimit | undefined {
  return limits.get(ws);
}

/** Discards what was read already, and what is still read. */
function stop(receiver: Receiver): void {
  receiver._loop = false;
  receiver._write = (_chunk, _encoding, done) => done();
}

/**
 * Closes a socket with a code. A client that does not answer is cut after a grace. The room gets this code,
 * whatever the client answers: a reset, or another code, would count as a lost connection, whose seat is
 * kept.
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
