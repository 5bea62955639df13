import { Client, type Room } from "colyseus.js";
import { readErrorCode } from "roomkeep/shared";
import { signIn, ticketFor } from "../../../bots/index.ts";

/** A client of the SDK that watches a room, and the raw frames that its socket gets. */
export interface Watcher {
  readonly room: Room;
  readonly token: string;
  readonly frames: readonly { readonly atMs: number; readonly bytes: Buffer }[];
  readonly closed: Promise<number>;
  received<T>(type: string): T[];
  until(what: string, condition: () => boolean): Promise<void>;
}

/** How a viewer comes: by a code, or to any room of a game. */
export interface Wish {
  readonly as: "screen" | "spectator";
  readonly code?: string;
  readonly game?: string;
  readonly method?: "join" | "joinOrCreate" | "create";
  readonly token?: string;
  readonly name?: string;
}

const TYPES = [
  "viewer",
  "refused",
  "seat.taken",
  "chat",
  "event",
  "stamp",
  "mine",
  "queue",
  "notice",
  "sanction",
];

export async function watch(url: string, wish: Wish): Promise<Watcher> {
  const { as, code, game = "", method = "join", name = "Wanda" } = wish;
  const token = wish.token ?? (await signIn(url, { name })).token;
  const client = new Client(url);
  client.auth.token = await ticketFor(url, token, code ? { roomId: code } : { game });
  const room = code ? await client.joinById(code, { as }) : await client[method](game, { as });
  return follow(room, token);
}

/** Listens to a room that was just joined. */
export function follow(room: Room, token: string): Watcher {
  room.reconnection.minUptime = 0;
  const frames: { atMs: number; bytes: Buffer }[] = [];
  const messages = new Map<string, unknown[]>(TYPES.map((type) => [type, []]));
  const { ws } = room.connection.transport as unknown as { ws: WebSocket };
  ws.addEventListener("message", ({ data }) =>
    frames.push({ atMs: performance.now(), bytes: Buffer.from(data as ArrayBuffer) }),
  );
  for (const [type, list] of messages) room.onMessage(type, (message) => list.push(message));
  const watcher: Watcher = {
    room,
    token,
    frames,
    closed: new Promise((resolve) => room.onLeave((closeCode) => resolve(closeCode))),
    received: <T>(type: string) => (messages.get(type) ?? []) as T[],
    async until(what, condition) {
      const begun = performance.now();
      while (!condition()) {
        if (performance.now() - begun > 10_000) throw new Error(`waited too long for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
  return watcher;
}

/** The code of the refusal that a join ends with. */
export async function refusalOf(join: Promise<unknown>): Promise<string | undefined> {
  return join.then(
    () => undefined,
    (error: Error) => readErrorCode(error.message).code ?? error.message,
  );
}
