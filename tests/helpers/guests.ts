import type { Room } from "colyseus.js";
import type { GameRoom } from "roomkeep/rooms";
import type { GameState } from "roomkeep/shared";
import type { TestServer } from "roomkeep/testing";
import { enterRoom, signIn } from "../../bots/index.ts";

/** Longest wait for anything, ms: less than a test may take, so that what it waited for is told. */
const WAIT_MS = 90_000;

/** What the room tells of a message that it refused. */
export interface Refused {
  readonly type: string;
  readonly code: string;
  readonly reason: string;
}

/** A player in a room without a world: the real SDK over a real socket. */
export interface Guest<S> {
  readonly room: Room<unknown, S>;
  readonly token: string;
  readonly id: string;
  /** Bytes of all frames that arrived, in one text. */
  readonly frames: string[];
  /** Close codes, in their order. */
  readonly closed: number[];
  send(type: string, message?: unknown): void;
  /** Resolves at the first patch or message at which the condition holds. */
  until(what: string, condition: () => boolean): Promise<void>;
  /** Sends a message, and gives the refusal of it. */
  refused(type: string, message?: unknown): Promise<Refused>;
  /** All messages of a type so far. */
  messages<T>(type: string): readonly T[];
  stop(): void;
}

/** Joins a room without a world as a new guest, or as an earlier one by `token`. */
export async function joinGuest<S extends GameState>(
  { url }: TestServer,
  game: string,
  who: { name?: string; color?: number; token?: string; code?: string; create?: boolean } = {},
): Promise<Guest<S>> {
  const { token } = await signIn(url, who);
  const room = (await enterRoom(url, game, token, who)) as unknown as Room<unknown, S>;
  const received: { type: string; payload: unknown }[] = [];
  const frames: string[] = [];
  const closed: number[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const check of [...waiting]) check();
  };
  const listen = () => {
    const socket = (room.connection as unknown as { transport: { ws: EventTarget } }).transport.ws;
    socket.addEventListener("message", (event) => {
      const { data } = event as unknown as { data: ArrayBuffer };
      frames.push(Buffer.from(data).toString("latin1"));
    });
  };
  listen();
  room.onMessage("*", (type, payload) => {
    received.push({ type: String(type), payload });
    wake();
  });
  room.onStateChange(wake);
  room.onReconnect(() => {
    listen();
    wake();
  });
  room.onLeave((code) => {
    closed.push(code);
    wake();
  });
  const messages = <T>(type: string) =>
    received.filter((one) => one.type === type).map(({ payload }) => payload as T);
  const until = (what: string, condition: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(check);
        reject(new Error(`waited for ${what}; refused: ${JSON.stringify(messages("refused"))}`));
      }, WAIT_MS);
      const check = () => {
        if (!condition()) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  await until("the own seat", () => room.state?.seats?.has(room.sessionId) === true);
  return {
    room,
    token,
    id: room.sessionId,
    frames,
    closed,
    until,
    messages,
    send: (type, message) => room.send(type, message),
    async refused(type, message) {
      const all = () => messages<Refused>("refused").filter((one) => one.type === type);
      const before = all().length;
      room.send(type, message);
      await until(`a refusal of "${type}"`, () => all().length > before);
      return all()[before] as Refused;
    },
    stop() {
      room.reconnection.enabled = false;
      room.connection?.close();
    },
  };
}

/** Cuts the connection as a lost network does; the SDK comes back by itself unless it is told not to. */
export function dropGuest<S>({ room }: Guest<S>, { returns = true } = {}): void {
  room.reconnection.enabled = returns;
  (
    room.connection as unknown as { transport: { ws: { terminate?(): void; close(): void } } }
  ).transport.ws.close();
}

/** So many seconds of room time pass at once. */
export function passTime({ clock }: Pick<GameRoom, "clock">, seconds: number): void {
  clock.currentTime -= seconds * 1_000;
  clock.tick();
}
