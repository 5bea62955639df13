import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Client } from "@colyseus/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { readDirectly } from "../../../rooms/transport/socket-reader.ts";
import { testFastPath } from "../../helpers/fast-path-test.ts";

const INPUT = 19;
const TIMED_INPUT = INPUT | 128;
/** Goes the usual way, and is refused at its end. */
const UNRELIABLE_INPUT = 20;
const CHAT = 13;
/** Second byte of a message upon which the server stops reading for a moment. */
const PAUSE = 253;

interface Heard {
  readonly what: string[];
  /** Chunks that went to the WebSocket's own receiver. */
  received: number;
}

let url = "";
let port = 0;
const http = createServer();
const server = new WebSocketServer({ server: http, maxPayload: 4096 });
let heard: Heard = { what: [], received: 0 };

beforeAll(async () => {
  server.on("connection", (ws: WebSocket, { url: path }) => {
    const mine = heard;
    ws.on("message", (data: Buffer, isBinary) => {
      mine.what.push(`${isBinary ? "binary" : "text"} ${data.toString("hex")}`);
      if (data[1] === 255) ws.close(4000);
      if (data[1] !== PAUSE) return;
      ws.pause();
      setTimeout(() => ws.resume(), 20);
    });
    ws.on("ping", (data) => mine.what.push(`ping ${data.toString("hex")}`));
    ws.on("error", (error) => mine.what.push(`error ${error.message}`));
    ws.on("close", (code) => mine.what.push(`close ${code}`));
    const receiver = Reflect.get(ws, "_receiver");
    const write = receiver.write.bind(receiver);
    receiver.write = (chunk: Buffer) => {
      mine.received++;
      return write(chunk);
    };
    const hear = (message: Buffer) => ws.emit("message", message, true);
    if (path === "/direct") expect(readDirectly({ ref: ws } as unknown as Client, hear)).toBe(true);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  ({ port } = http.address() as AddressInfo);
  url = `127.0.0.1:${port}`;
});
afterAll(() => {
  for (const ws of server.clients) ws.terminate();
  http.close();
});

/** A frame as a client sends it. */
function frame(payload: number[], { opcode = 2, fin = true, masked = true } = {}): Buffer {
  const mask = masked ? [0x37, 0xfa, 0x21, 0x3d] : [];
  const long = payload.length > 125;
  const head = [
    (fin ? 0x80 : 0) | opcode,
    (masked ? 0x80 : 0) | (long ? 126 : payload.length),
    ...(long ? [payload.length >> 8, payload.length & 255] : []),
    ...mask,
  ];
  return Buffer.from([...head, ...payload.map((byte, i) => byte ^ (mask[i & 3] ?? 0))]);
}

async function upgrade(path: string): Promise<Socket> {
  // One that goes on writing when the server has said its last.
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.setNoDelay(true);
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await new Promise((resolve) => socket.once("data", resolve));
  socket.on("data", () => {});
  socket.on("error", () => {});
  return socket;
}

/** What the server heard of these chunks, each in a packet of its own where the kernel allows it. */
async function hear(path: string, chunks: readonly Buffer[]): Promise<Heard> {
  heard = { what: [], received: 0 };
  const mine = heard;
  const socket = await upgrade(path);
  const over = new Promise((resolve) => socket.once("close", resolve));
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await over;
  while (!mine.what.at(-1)?.startsWith("close")) await new Promise((resolve) => setTimeout(resolve, 1));
  return mine;
}

const bytes = (max: number) => fc.array(fc.integer({ min: 0, max: 252 }), { maxLength: max });
const input = fc
  .tuple(fc.constantFrom(INPUT, TIMED_INPUT), bytes(20))
  .map(([code, rest]) => frame([code, ...rest]));
const other = fc.oneof(
  fc
    .tuple(fc.constantFrom(CHAT, UNRELIABLE_INPUT, 10, 0), bytes(200))
    .map(([code, rest]) => frame([code, ...rest])),
  bytes(20).map((rest) => frame([INPUT, ...rest], { opcode: 1 }).fill(0x41, 6)),
  bytes(20).map((data) => frame(data, { opcode: 9 })),
  fc
    .tuple(bytes(9), bytes(9))
    .map(([one, two]) => Buffer.concat([frame([INPUT, ...one], { fin: false }), frame(two, { opcode: 0 })])),
  fc
    .array(fc.integer({ min: 0, max: 254 }), { minLength: 130, maxLength: 300 })
    .map((rest) => frame([INPUT, ...rest])),
  fc.constant(frame([])),
);
const hostile = fc.constantFrom(
  frame([INPUT, 1], { masked: false }),
  frame([3, 232], { opcode: 8 }),
  frame([INPUT, 255]),
  frame([INPUT, 1], { opcode: 0 }),
  frame([INPUT, 1], { opcode: 3 }),
  frame(Array(4097).fill(INPUT)),
);

testFastPath(
  "socket-read",
  "whatever comes, in whatever pieces, is heard as the WebSocket's own receiver hears it",
  async () => {
    const script = fc.record({
      frames: fc.array(
        fc.oneof(
          { weight: 6, arbitrary: input },
          { weight: 3, arbitrary: other },
          { weight: 1, arbitrary: hostile },
        ),
        { minLength: 1, maxLength: 12 },
      ),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(script, async ({ frames, cuts }) => {
        const all = Buffer.concat(frames);
        const at = [0, ...cuts.map((cut) => Math.floor(cut * all.length)).sort((a, b) => a - b), all.length];
        const chunks = at.slice(1).map((end, i) => all.subarray(at[i], end));
        const [direct, stock] = [await hear("/direct", chunks), await hear("/stock", chunks)];
        expect(direct.what).toEqual(stock.what);
      }),
      { numRuns: 150 },
    );
  },
);

testFastPath(
  "socket-read",
  "what looks like an input frame within another frame is not heard as one",
  async () => {
    const lure = frame([INPUT, 0, 9]);
    const payload = [CHAT, ...Array(60).fill(1), ...lure, ...Array(80).fill(1)];
    // Without a mask to speak of, so that the bytes on the wire are those of the payload.
    const whole = frame(payload, { masked: false });
    const head = Buffer.from([0x82, 0x80 | 126, 0, payload.length, 0, 0, 0, 0]);
    const bytes = Buffer.concat([head, whole.subarray(4)]);
    const at = bytes.indexOf(lure);
    for (const cuts of [[at], [at, at + lure.length], [3, at]]) {
      const ends = [0, ...cuts, bytes.length];
      const { what } = await hear(
        "/direct",
        ends.slice(1).map((end, i) => bytes.subarray(ends[i], end)),
      );
      expect(what[0]).toBe(`binary ${Buffer.from(payload).toString("hex")}`);
      expect(what).toHaveLength(2);
    }
    const scripts = {
      "between two parts of a message": [frame([INPUT, 1], { fin: false }), lure, frame([2], { opcode: 0 })],
      "right behind a frame's head": [
        Buffer.from([0x82, 0x80 | (lure.length + 1), 0, 0, 0, 0]),
        lure,
        Buffer.from([1]),
      ],
      "from a frame's second byte on": [Buffer.from([0x82]), Buffer.from([0x82, 0x81, 0, 0, 0, 0, INPUT])],
      "behind a close frame": [frame([INPUT, 1]), frame([3, 232], { opcode: 8 }), frame([INPUT, 2])],
      "while the socket is paused": [frame([INPUT, PAUSE]), frame([CHAT, 1]), frame([INPUT, 2])],
    };
    for (const [where, chunks] of Object.entries(scripts)) {
      const [direct, stock] = [await hear("/direct", chunks), await hear("/stock", chunks)];
      expect(direct.what, where).toEqual(stock.what);
      expect(stock.what.length, where).toBeGreaterThan(1);
    }
  },
);

testFastPath(
  "socket-read",
  "input frames that come whole never reach the receiver, and others on the same socket do",
  async () => {
    const inputs = [1, 2, 3].map((turn) => frame([INPUT, 0, turn]));
    const whole = await hear("/direct", [inputs[0]!, Buffer.concat(inputs.slice(1))]);
    expect(whole.what.slice(0, 3)).toEqual(["binary 130001", "binary 130002", "binary 130003"]);
    expect(whole.received).toBe(0);
    const mixed = await hear("/direct", [inputs[0]!, frame([CHAT, 9]), inputs[1]!]);
    expect(mixed.what.slice(0, 3)).toEqual(["binary 130001", "binary 0d09", "binary 130002"]);
    expect(mixed.received).toBeGreaterThan(0);
  },
);
