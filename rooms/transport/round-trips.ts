import type { Client } from "@colyseus/core";
import type { WebSocket } from "ws";

/** Measurements of a connection that count; of them the median is taken. */
const KEPT = 7;

/** The last measurements of each open connection, ms. */
const measured = new WeakMap<object, number[]>();

/** A ping of the server was answered after so long. The reader of pongs calls it. */
export function noteRoundTrip(socket: object, ms: number): void {
  const all = measured.get(socket) ?? [];
  all.push(ms);
  if (all.length > KEPT) all.shift();
  measured.set(socket, all);
}

/**
 * Sends a ping to a client, so that {@link roundTripMs} knows the way as it is now. Browsers answer by
 * themselves, also while the page is busy. Each connection is pinged every 3 s without it.
 *
 * @example
 * for (const { client } of this.players.values()) measureRoundTrip(client); // as a question is shown
 */
export function measureRoundTrip({ ref }: Pick<Client, "ref">): void {
  const socket = ref as unknown as WebSocket | undefined;
  // A player who is away, and a bot, have none.
  if (socket?.readyState === 1 && typeof socket.ping === "function") socket.ping();
}

/**
 * How long a frame travels to a client and its answer back: the median of the last seven pings, ms. A client
 * can answer late and so seem slower, never quicker: a game that gives slow players time gives it up to a
 * bound.
 *
 * @returns undefined: nothing is measured yet
 * @example
 * const pressedMs = performance.now() - (roundTripMs(player.client) ?? 0) / 2;
 */
export function roundTripMs({ ref }: Pick<Client, "ref">): number | undefined {
  const sorted = [...(measured.get(ref ?? measured) ?? [])].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
