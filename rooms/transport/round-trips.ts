import { randomInt } from "node:crypto";
import type { Client } from "@colyseus/core";

/** Measurements of a connection that count; of them the median is taken. */
const KEPT = 7;
/** Pings of a connection that are not answered yet; a further one is not sent. */
const WAITING_MAX = 4;

/** The part of a socket that is used here: that of the package ws. */
interface PingSocket {
  ping(payload: Buffer): void;
  on(event: "pong", listener: (payload: Buffer) => void): void;
}

interface Connection {
  /** When each ping was sent, by its payload, ms. */
  readonly waiting: Map<number, number>;
  readonly tookMs: number[];
}

/**
 * Measures how long frames travel to clients and back, by pings of the WebSocket: browsers answer them by
 * themselves, also while the page is busy. A client can answer late and so seem slower, never quicker: a game
 * that gives slow players time gives it up to a bound.
 *
 * @example
 * readonly roundTrips = new RoundTrips();
 * // as a question is shown:
 * for (const { client } of this.players.values()) this.roundTrips.measure(client);
 * // as an answer comes:
 * const sentMs = performance.now() - (this.roundTrips.medianMs(player.client) ?? 0) / 2;
 */
export class RoundTrips {
  readonly #connections = new WeakMap<object, Connection>();

  /** Sends a ping to a client. Its answer counts when it comes. */
  measure({ ref }: Pick<Client, "ref">): void {
    const socket = ref as unknown as Partial<PingSocket> | undefined;
    // A player who is away, and a bot, have none.
    if (typeof socket?.ping !== "function" || (ref as { readyState?: number }).readyState !== 1) return;
    const { waiting } = this.#connectionOf(socket as PingSocket);
    if (waiting.size >= WAITING_MAX) return;
    const mark = randomInt(2 ** 32);
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(mark);
    waiting.set(mark, performance.now());
    socket.ping(payload);
  }

  /** The median of a client's last measurements, ms; undefined: nothing is measured yet. */
  medianMs({ ref }: Pick<Client, "ref">): number | undefined {
    const { tookMs = [] } = this.#connections.get(ref ?? this) ?? {};
    const sorted = [...tookMs].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  #connectionOf(socket: PingSocket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection: Connection = { waiting: new Map(), tookMs: [] };
    this.#connections.set(socket, connection);
    socket.on("pong", (payload) => this.#answered(connection, payload));
    return connection;
  }

  /** Any other pong, such as that of Colyseus's own ping, is not ours. */
  #answered({ waiting, tookMs }: Connection, payload: Buffer): void {
    const mark = payload.length === 4 ? payload.readUInt32LE() : undefined;
    const sentMs = mark === undefined ? undefined : waiting.get(mark);
    if (mark === undefined || sentMs === undefined) return;
    waiting.delete(mark);
    tookMs.push(performance.now() - sentMs);
    if (tookMs.length > KEPT) tookMs.shift();
  }
}
