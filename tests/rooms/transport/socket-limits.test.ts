import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Client } from "@colyseus/core";
import { CLOSE } from "roomkeep/shared";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { askForProof } from "../../../rooms/transport/proof-of-reading.ts";
import {
  endSocket,
  limitOf,
  limitSocket,
  RECEIVED,
  SOCKET_LIMITS,
  SOCKET_OPTIONS,
} from "../../../rooms/transport/socket-limits.ts";
import { readDirectly } from "../../../rooms/transport/socket-reader.ts";
import { until } from "../../helpers/servers/crowd-server.ts";

const INPUT = 19;
const { framesAtOnce, bytesAtOnce, chunksMax, fragmentsMax, unreadPongsMax } = SOCKET_LIMITS;
const http = createServer();
const server = new WebSocketServer({ server: http, maxPayload: 4096, ...SOCKET_OPTIONS });

/** What the server has seen of one socket. */
interface Seen {
  ws: WebSocket;
  frames: number;
  code: number | undefined;
  readonly lines: unknown[];
}
let seen: Seen | undefined;

beforeAll(async () => {
  server.on("connection", (ws: WebSocket, { url }) => {
    const mine: Seen = { ws, frames: 0, code: undefined, lines: [] };
    const framesPerSecond = url === "/few" ? framesAtOnce / 80 : undefined;
    if (url !== "/bare") limitSocket(ws, { warn: (line) => mine.lines.push(line) }, framesPerSecond);
    for (const event of ["message", "ping", "pong"]) ws.on(event, () => mine.frames++);
    ws.on("error", () => {});
    ws.on("close", (code) => {
      mine.code = code;
    });
    if (url === "/direct") readDirectly({ ref: ws } as unknown as Client, () => mine.frames++);
    seen = mine;
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  for (const ws of server.clients) ws.terminate();
  http.close();
});

/** A frame as a client sends it, masked by zeros. */
function frame(opcode: number, length: number, { fin = true, first = INPUT } = {}): Buffer {
  const head = [
    (fin ? 0x80 : 0) | opcode,
    ...(length > 125 ? [0xfe, length >> 8, length & 255] : [0x80 | length]),
  ];
  const payload = Buffer.alloc(length, 1);
  if (length > 0) payload[0] = first;
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

async function open(
  path = "/",
): Promise<{ socket: Socket; mine: Seen; closeCode: () => number | undefined }> {
  seen = undefined;
  const { port } = http.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await once(socket, "data");
  await until(() => seen !== undefined);
  let code: number | undefined;
  // The close frame of the server: opcode 8, its length, the code.
  socket.on("data", (chunk: Buffer) => {
    const at = chunk.indexOf(0x88);
    if (at >= 0 && at + 4 <= chunk.length) code ??= chunk.readUInt16BE(at + 2);
  });
  return { socket, mine: seen as unknown as Seen, closeCode: () => code };
}

const closeFrame = (code: number) => Buffer.from([0x88, 0x82, 0, 0, 0, 0, code >> 8, code & 255]);
const many = (count: number, ...frames: Buffer[]) =>
  Buffer.concat(Array.from({ length: count }, () => Buffer.concat(frames)));

test.each([
  ["pongs that nobody asked for", "/", frame(10, 0)],
  ["empty messages", "/", frame(2, 0)],
  ["text", "/", frame(1, 1, { first: 65 })],
  ["input frames that are read directly", "/direct", frame(2, 3)],
  ["control frames of one who is read directly", "/direct", frame(10, 0)],
])("more %s than a page sends close the socket, with a code and one line", async (_, path, one) => {
  const { socket, mine, closeCode } = await open(path);
  socket.write(many(3 * framesAtOnce, one));
  await until(() => mine.code !== undefined);
  expect([mine.code, closeCode()]).toEqual([CLOSE.ABUSE, CLOSE.ABUSE]);
  // Pongs that nobody asked for are counted, and heard by nobody.
  const isPong = (one[0] ?? 0) === 0x8a;
  expect(mine.frames).toBeGreaterThanOrEqual(isPong ? 0 : framesAtOnce);
  expect(mine.frames).toBeLessThan(isPong ? 1 : 1.5 * framesAtOnce);
  expect(mine.lines).toEqual(["a socket was closed: it sent too many frames"]);
});

test("a process or a room sets how many frames a socket may send, and what came is counted", async () => {
  const few = await open("/few");
  const before = { ...RECEIVED };
  few.socket.write(many(framesAtOnce / 5, frame(10, 0)));
  await until(() => few.mine.code !== undefined);
  expect(few.mine.code).toBe(CLOSE.ABUSE);
  expect(RECEIVED.socketsClosed).toBe(before.socketsClosed + 1);
  expect(RECEIVED.frames - before.frames).toBeGreaterThan(framesAtOnce / 10);
  expect(RECEIVED.bytes - before.bytes).toBe(6 * (RECEIVED.frames - before.frames));

  const more = await open("/few");
  limitOf(more.mine.ws)?.allow(framesAtOnce / 8);
  more.socket.write(many(framesAtOnce / 5, frame(2, 0)));
  await until(() => more.mine.frames >= framesAtOnce / 5);
  expect(more.mine.code).toBeUndefined();
  more.socket.destroy();
});

test.each([
  ["hangs up", (socket: Socket) => socket.resetAndDestroy()],
  ["answers with another code", (socket: Socket) => socket.write(closeFrame(1001))],
])("the room is told the code also when the client %s instead of answering", async (_, answer) => {
  const { socket, mine, closeCode } = await open();
  endSocket(mine.ws, CLOSE.ABUSE, "enough");
  await until(() => closeCode() !== undefined);
  answer(socket);
  await until(() => mine.code !== undefined);
  expect(mine.code).toBe(CLOSE.ABUSE);
});

test("a socket that goes on after a close is cut after the grace, and the room is told the code", async () => {
  const { mine } = await open();
  endSocket(mine.ws, CLOSE.ABUSE, "enough", 50);
  await until(() => mine.code !== undefined);
  expect(mine.code).toBe(CLOSE.ABUSE);
});

test("more bytes than a page sends close the socket, on both ways of reading", async () => {
  for (const [path, one] of [
    ["/", frame(2, 4000)],
    ["/direct", frame(2, 125)],
  ] as const) {
    const { socket, mine } = await open(path);
    socket.write(many(Math.ceil((3 * bytesAtOnce) / one.length), one));
    await until(() => mine.code !== undefined);
    expect(mine.code).toBe(CLOSE.ABUSE);
    expect(mine.frames * one.length).toBeLessThan(1.5 * bytesAtOnce);
    expect(mine.lines).toEqual(["a socket was closed: it sent too many bytes"]);
  }
});

test.each(["/", "/direct"])(
  "nine seconds of a page at 60 Hz that chats, all at once, are heard (%s)",
  async (path) => {
    const { socket, mine } = await open(path);
    socket.write(many(9, many(60, frame(2, 16)), frame(2, 250, { first: 13 }), frame(10, 0)));
    // The pong that nobody asked for is heard by nobody.
    await until(() => mine.frames === 9 * 61);
    expect(mine.ws.readyState).toBe(mine.ws.OPEN);
    expect(mine.lines).toEqual([]);
    socket.destroy();
  },
);

test("a message in more parts than a page would make is not waited for", async () => {
  const { socket, mine, closeCode } = await open();
  const parts = [
    frame(2, 1, { fin: false }),
    ...Array.from({ length: fragmentsMax }, () => frame(0, 1, { fin: false })),
  ];
  socket.write(Buffer.concat(parts));
  await until(() => closeCode() !== undefined);
  expect([closeCode(), mine.frames]).toEqual([1008, 0]);
  socket.destroy();
});

test("a frame that comes byte by byte is not waited for without end", async () => {
  const { socket, mine, closeCode } = await open();
  socket.setNoDelay(true);
  const { _socket: received } = mine.ws as unknown as { _socket: Socket };
  const bytes = frame(2, 2 * chunksMax);
  let sent = 0;
  while (closeCode() === undefined && sent < bytes.length) {
    const before = received.bytesRead;
    socket.write(bytes.subarray(sent, sent + 1));
    sent++;
    await until(() => received.bytesRead > before || closeCode() !== undefined);
  }
  // The head of a frame comes before what is counted.
  expect(sent).toBeGreaterThan(chunksMax);
  await until(() => closeCode() !== undefined);
  expect([closeCode(), mine.frames]).toEqual([1008, 0]);
  expect(sent).toBeLessThan(bytes.length);
  socket.destroy();
});

test("pings whose answers nobody reads end the socket", async () => {
  const { socket, mine } = await open();
  socket.pause();
  while (mine.ws.bufferedAmount === 0) {
    mine.ws.send(Buffer.alloc(1024 * 1024));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.write(many(unreadPongsMax, frame(9, 125)));
  await until(() => mine.frames === unreadPongsMax);
  expect(mine.ws.readyState).toBe(mine.ws.OPEN);
  socket.write(frame(9, 125));
  await until(() => mine.code !== undefined);
});

test("pongs count only if they say what a ping said, and a ping that waits too long ends the socket", async () => {
  const { socket, mine } = await open("/bare");
  let nowMs = 0;
  let silent = 0;
  askForProof(
    mine.ws,
    30_000,
    () => silent++,
    () => nowMs,
  );
  const pings: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += 6) pings.push(chunk.subarray(at + 2, at + 6));
  });
  const pong = (mark: Buffer) =>
    socket.write(Buffer.concat([Buffer.from([0x8a, 0x80 | mark.length, 0, 0, 0, 0]), mark]));
  const ping = async () => {
    const before = pings.length;
    mine.ws.ping(() => {});
    await until(() => pings.length > before);
    return pings.at(-1)!;
  };
  const [first, second] = [await ping(), await ping()];
  expect(first).not.toEqual(second);
  pong(Buffer.alloc(0));
  pong(Buffer.alloc(4));
  // An answer to the second says that the first was read as well; neither counts twice.
  for (const mark of [second, first, second]) pong(mark);
  socket.write(frame(2, 1));
  await until(() => mine.frames > 1);
  expect(mine.frames).toBe(2);
  await ping();
  nowMs = 30_000;
  await ping();
  expect(silent).toBe(0);
  nowMs = 30_001;
  mine.ws.ping(() => {});
  expect(silent).toBe(1);
});
