/**
 * Players that send 20 input frames a second and count the bytes that they receive, decoding nothing:
 * `play-bots.ts PORT PLAYERS HZ ROOM,ROOM,…`, so many to each room. A true SDK client writes the frames once;
 * the others send the same bytes. On the command "storm" all join at once instead, and it reports how long
 * each took.
 */
import { Client } from "colyseus.js";
import type { WalkInput } from "roomkeep/shared";
import { WebSocket } from "ws";

const [port = "0", players = "1", hz = "20", list = ""] = process.argv.slice(2);
const roomIds = list.split(",");
const seats = roomIds.flatMap((id) => Array.from({ length: Number(players) }, () => id));
let bytes = 0;
let closed = 0;
const bots: WebSocket[] = [];

/** Input frames of the SDK: sixteen ways to walk, one after the other. */
async function writeFrames(): Promise<Uint8Array[]> {
  const room = await new Client(`http://127.0.0.1:${port}`).joinById(roomIds[0] ?? "");
  room.onMessage("*", () => undefined);
  const frames: Uint8Array[] = [];
  const { connection } = room;
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    frames.push(Uint8Array.from(data as Uint8Array));
    send(data);
  };
  const input = room.input() as unknown as { data: WalkInput; send(): void };
  for (let i = 0; i < 16; i++) {
    const angle = (i / 16) * 2 * Math.PI + 0.1;
    Object.assign(input.data, {
      moveX: Math.round(Math.sin(angle) * 90),
      moveZ: Math.round(Math.cos(angle) * 90),
    });
    input.send();
  }
  connection.send = send;
  await room.leave();
  return frames;
}

async function join(roomId: string): Promise<number> {
  const from = performance.now();
  const reply = await fetch(`http://127.0.0.1:${port}/matchmake/joinById/${roomId}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const seat = (await reply.json()) as Record<string, string>;
  if (seat.sessionId === undefined) throw new Error(`no seat: ${JSON.stringify(seat)}`);
  return new Promise((resolve, reject) => {
    const url = `ws://127.0.0.1:${port}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on("message", (data: Buffer) => {
      bytes += data.length + 4;
      const code = (data[0] ?? 0) & 31;
      if (code === 10) socket.send(Uint8Array.of(10));
      if (code !== 14) return;
      bots.push(socket);
      resolve(performance.now() - from);
    });
    socket.on("error", reject);
    socket.on("close", (code, why) => {
      closed++;
      if (closed === 1) console.error(`bots: one was closed with ${code} ${why}`);
      reject(new Error(`closed with ${code} before the state came`));
    });
  });
}

/** Spread over the tick in ten parts, as people's frames are. */
function walk(): void {
  const parts = 10;
  let turn = 0;
  let next = performance.now();
  walking = setInterval(() => {
    for (let due = 0; performance.now() >= next && due < parts; due++, turn++) {
      next += 1000 / Number(hz) / parts;
      for (let i = turn % parts; i < bots.length; i += parts) {
        const socket = bots[i];
        const frame = frames[Math.floor(turn / parts / 20 + i) % frames.length];
        if (socket !== undefined && frame !== undefined && socket.bufferedAmount < 1000) socket.send(frame);
      }
    }
    next = Math.max(next, performance.now() - 100);
  }, 2);
}

let frames: Uint8Array[] = [];
let walking: NodeJS.Timeout | undefined;
let since = { bytes: 0, at: 0 };
const commands: Record<string, () => unknown> = {
  async join() {
    // Before the rooms are full.
    frames = Number(hz) > 0 && seats.length > 0 ? await writeFrames() : [];
    for (let at = 0; at < seats.length; at += 25) await Promise.all(seats.slice(at, at + 25).map(join));
    return { joined: bots.length };
  },
  async storm() {
    const took = (await Promise.all(seats.map(join))).sort((a, b) => a - b);
    return { storm: { medianMs: took[took.length >> 1], worstMs: took.at(-1) } };
  },
  walk() {
    if (frames.length > 0) walk();
    return { walking: true };
  },
  stand() {
    clearInterval(walking);
    return { standing: true };
  },
  begin() {
    since = { bytes, at: performance.now() };
    return { counting: true };
  },
  end: () => ({
    bots: { kBs: (bytes - since.bytes) / (performance.now() - since.at) / bots.length, closed },
  }),
  exit: () => process.exit(0),
};
process.on("message", async (message) => {
  try {
    process.send?.((await commands[String(message)]?.()) as object);
  } catch (error) {
    console.error("bots:", error);
    process.exit(1);
  }
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });
