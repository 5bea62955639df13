import type { Client } from "@colyseus/core";
import type { WebSocket } from "ws";
import { CLOSE } from "../../shared/index.ts";
import type { Log } from "../ports/ports.ts";
import { endSocket } from "./socket-limits.ts";

/** Malformed messages and frames within {@link STRIKE_WINDOW_MS} that close the connection. */
const STRIKES_MAX = 3;
const STRIKE_WINDOW_MS = 10_000;
/** Between two lines in the log of one room, ms: whoever is closed may come again and again. */
const LINE_MS = 5_000;

/** Counts the malformed messages and frames of the clients of one room. */
export interface Strikes {
  /**
   * Counts a malformed message or frame; the third in ten seconds closes the connection. `what` is for the
   * log.
   */
  add(client: Client, what: string): void;
  /** Whether the client was closed for strikes: its further frames are discarded. */
  isOut(client: Client): boolean;
}

/**
 * Opens the strikes of one room. Messages and frames have one count a client.
 *
 * @param now milliseconds, the room's clock
 * @param struck told of each strike
 */
export function openStrikes(
  now: () => number,
  log: () => Log | undefined = () => undefined,
  struck: (client: Client) => void = () => {},
): Strikes {
  const counts = new WeakMap<Client, { strikes: number; since: number }>();
  let closed = 0;
  let nextLineMs = Number.NEGATIVE_INFINITY;
  function tell({ sessionId: player }: Client, what: string): void {
    closed += 1;
    if (now() < nextLineMs) return;
    log()?.warn({ player, what, count: closed }, "closed after too many malformed messages");
    closed = 0;
    nextLineMs = now() + LINE_MS;
  }
  return {
    add(client, what) {
      let count = counts.get(client);
      if (count === undefined || (count.strikes < STRIKES_MAX && now() - count.since > STRIKE_WINDOW_MS)) {
        count = { strikes: 0, since: now() };
        counts.set(client, count);
      }
      count.strikes += 1;
      struck(client);
      if (count.strikes !== STRIKES_MAX) return;
      tell(client, what);
      endSocket(client.ref as WebSocket, CLOSE.ABUSE, "too many malformed messages");
    },
    isOut: (client) => (counts.get(client)?.strikes ?? 0) >= STRIKES_MAX,
  };
}
