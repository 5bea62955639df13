/**
 * Bots that join and count bytes, nothing more. Child of crowd.ts: `crowd-bots.ts COUNT PORT SYSTEM`.
 * One shared read buffer, so that counting costs the other core little.
 */
import { connect, type Socket } from "node:net";

const [count, port, system] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4] ?? "ours"];
const shared = Buffer.alloc(256 * 1024);
let bytes = 0;
let closed = 0;
const sockets: Socket[] = [];

const masked = (payload: number[]): Buffer =>
  Buffer.from([0x82, 0x80 | payload.length, 0, 0, 0, 0, ...payload]);

async function seat(): Promise<string> {
  if (system === "floor") return "/";
  if (system === "socketio") return "/socket.io/?EIO=4&transport=websocket";
  const reply = await fetch(`http://127.0.0.1:${port}/matchmake/joinOrCreate/crowd`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const { sessionId, processId, roomId } = (await reply.json()) as Record<string, string>;
  if (sessionId === undefined) throw new Error("no seat");
  return `/${processId}/${roomId}?sessionId=${sessionId}`;
}

async function join(): Promise<void> {
  const path = await seat();
  await new Promise<void>((resolve, reject) => {
    let upgraded = false;
    const onread = {
      buffer: shared,
      callback: (n: number, buffer: Uint8Array): boolean => {
        if (upgraded) bytes += n;
        else if (Buffer.from(buffer.subarray(0, 12)).toString().startsWith("HTTP/1.1 101")) {
          upgraded = true;
          // The handshake follows within the same turn or the next; its acknowledgement may not precede it.
          setTimeout(() => {
            if (system === "socketio") socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]));
            else if (system !== "floor") socket.write(masked([10]));
            sockets.push(socket);
            resolve();
          }, 300);
        } else reject(new Error("not upgraded"));
        return true;
      },
    };
    const socket = connect({ port, host: "127.0.0.1", onread });
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("close", () => closed++);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
  });
}

for (let joined = 0; joined < count; joined += 50) {
  await Promise.all(Array.from({ length: Math.min(50, count - joined) }, join));
}
let since = { bytes: 0, at: 0 };
process.on("message", (message) => {
  if (message === "begin") since = { bytes, at: performance.now() };
  if (message === "end") {
    const seconds = (performance.now() - since.at) / 1000;
    process.send?.({ bots: { kBs: (bytes - since.bytes) / 1000 / seconds / count, closed } });
  }
  if (message === "exit") process.exit(0);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });
