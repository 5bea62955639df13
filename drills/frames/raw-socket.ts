import { connect, type Socket } from "node:net";
import { CloseCode, Protocol } from "@colyseus/core";

/** A WebSocket without a WebSocket library, so that any bytes can be sent on it. */
export interface RawSocket {
  /** False once either side has closed it. */
  readonly open: boolean;
  /** Close code that the server sent; 1006 where the connection ended without one. */
  readonly closed: Promise<number>;
  /** Resolves with the server's first message, or when it closes. */
  readonly greeted: Promise<unknown>;
  write(bytes: Uint8Array): void;
  /** Resolves when little waits to be written, or when it closes. */
  drained(): Promise<unknown>;
  /** Ends the connection without a close frame. */
  destroy(): void;
}

/** Messages of the server on a raw socket. */
export interface RawNews {
  /** A message was refused by this code. */
  onRefused(code: string): void;
}

const PING = 9;
const CLOSE = 8;
/** Bytes that may wait to be written. */
const WAITING_MAX = 64 * 1024;
/** Message code, length of the type, type. */
const REFUSED = Buffer.from("..refused").fill(Protocol.ROOM_DATA, 0, 1).fill(0xa7, 1, 2);
/** The message codes beside their modifier bits, as in Colyseus's `Protocol`. */
const CODE = 0x1f;
const REFUSAL_CODE = /code[^A-Z]{1,2}([A-Z_]{4,40})/;

/**
 * Opens a raw socket.
 *
 * @param url path and query included, of http
 * @param localAddress address that the server sees
 * @throws Error the server did not upgrade the connection
 */
export async function openRawSocket(url: URL, localAddress: string, news: RawNews): Promise<RawSocket> {
  const socket = connect({ host: url.hostname, port: Number(url.port), localAddress });
  socket.setNoDelay(true);
  socket.on("error", () => {}); // reported by "close"
  socket.write(
    `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const rest = await upgraded(socket);
  return listenTo(socket, rest, news);
}

/** Resolves with the bytes behind the answer's head. */
function upgraded(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let head: Buffer = Buffer.alloc(0);
    const read = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", read);
      if (head.toString("latin1", 9, 12) === "101") resolve(head.subarray(end + 4));
      else {
        socket.destroy();
        reject(new Error(`not upgraded: ${head.toString("latin1", 0, end).split("\r\n")[0]}`));
      }
    };
    socket.on("data", read);
    socket.once("close", () => reject(new Error("not upgraded: closed")));
  });
}

function listenTo(socket: Socket, first: Buffer, news: RawNews): RawSocket {
  let open = true;
  let code: number = CloseCode.ABNORMAL_CLOSURE;
  let greet = () => {};
  const greeted = new Promise<void>((resolve) => {
    greet = resolve;
  });
  const over = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const closed = over.then(() => {
    open = false;
    return code;
  });
  const hear = (opcode: number, payload: Buffer) => {
    if (opcode === CLOSE) {
      if (payload.length >= 2) code = payload.readUInt16BE();
      open = false;
      socket.end();
    } else if (opcode === PING) socket.write(pong(payload));
    else if (((payload[0] ?? 0) & CODE) === Protocol.ROOM_DATA) tellRefusal(payload, news);
    else greet();
  };
  const read = readFrames(hear);
  read(first);
  socket.on("data", read);
  return {
    get open() {
      return open;
    },
    closed,
    greeted: Promise.race([greeted, closed]),
    write: (bytes) => void socket.write(bytes),
    drained: () =>
      socket.writableLength < WAITING_MAX
        ? Promise.resolve()
        : Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]),
    destroy: () => socket.destroy(),
  };
}

/** A pong that says what the ping said, under a mask of zeros. */
const pong = (said: Buffer) => Buffer.concat([Buffer.from([0x8a, 0x80 | said.length, 0, 0, 0, 0]), said]);

function tellRefusal(payload: Buffer, { onRefused }: RawNews): void {
  if (!REFUSED.equals(payload.subarray(0, REFUSED.length))) return;
  onRefused(REFUSAL_CODE.exec(payload.toString("latin1"))?.[1] ?? "unknown");
}

/** Splits the server's unmasked, unfragmented frames out of the bytes received. */
function readFrames(hear: (opcode: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let left: Buffer = Buffer.alloc(0);
  return (chunk) => {
    left = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    for (;;) {
      const short = (left[1] ?? 0) & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (left.length < head) return;
      const length =
        short < 126 ? short : short === 126 ? left.readUInt16BE(2) : Number(left.readBigUInt64BE(2));
      if (left.length < head + length) return;
      hear((left[0] ?? 0) & 15, left.subarray(head, head + length));
      left = left.subarray(head + length);
    }
  };
}
