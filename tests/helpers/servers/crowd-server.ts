import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, matchMaker, type Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { WebSocket } from "ws";

/** A real server on a free port with one room class; the test runs the ticks. */
export async function serve(
  type: new () => Room,
): Promise<{ url: string; room: Room; stop: () => Promise<void> }> {
  const http = createServer();
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    transport: new WebSocketTransport({ server: http, pingInterval: 0 }),
  });
  server.define("room", type);
  await server.listen(0, "127.0.0.1");
  const { port } = http.address() as AddressInfo;
  const { roomId } = await matchMaker.createRoom("room", {});
  const room = matchMaker.getLocalRoomById(roomId) as Room;
  return { url: `http://127.0.0.1:${port}`, room, stop: () => server.gracefullyShutdown(false) };
}

/** A socket that joins as a client would and keeps every message undecoded. */
export class RawPlayer {
  readonly socket: WebSocket;
  readonly messages: Buffer[] = [];
  readonly sessionId: string;
  closeCode: number | undefined;

  private constructor(socket: WebSocket, sessionId: string) {
    this.socket = socket;
    this.sessionId = sessionId;
    socket.on("message", (data: Buffer) => this.messages.push(Buffer.from(data)));
    socket.on("close", (code) => {
      this.closeCode = code;
    });
  }

  static async join(url: string, acknowledge = true): Promise<RawPlayer> {
    const reply = await fetch(`${url}/matchmake/joinOrCreate/room`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const seat = (await reply.json()) as { sessionId: string; processId: string; roomId: string };
    const socket = new WebSocket(
      `${url.replace("http", "ws")}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`,
    );
    const player = new RawPlayer(socket, seat.sessionId);
    await until(() => player.messages.length > 0);
    if (acknowledge) {
      socket.send(Buffer.from([10]));
      await until(() => player.messages.length > 1);
    }
    return player;
  }

  /** Stops reading from the kernel: the server's writes back up. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }
}

/** Waits until a condition holds, turn by turn of the event loop. @throws after 60 s */
export async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`never: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The server's end of a player. */
export function clientOf(room: Room, sessionId: string): Client {
  const client = room.clients.get(sessionId);
  if (client === undefined) throw new Error(`no client ${sessionId}`);
  return client;
}
