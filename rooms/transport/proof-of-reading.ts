import { randomBytes } from "node:crypto";
import type { WebSocket } from "ws";
import { noteRoundTrip } from "./round-trips.ts";

/**
 * Lets only those pongs count that say what a ping said. A client that reads nothing can send pongs all the
 * same, and so would pass for alive, while the kernel and the process keep for it all that it does not take.
 * How long an answer took is a measurement of the way.
 *
 * @param maxMs longest that a ping may wait for its answer
 * @param onSilent called when one has waited longer, at the next ping
 */
export function askForProof(
  ws: WebSocket,
  maxMs: number,
  onSilent: () => void,
  now = () => performance.now(),
): void {
  /** When each ping that waits was sent, by what it says; the oldest is the first. */
  const waiting = new Map<string, number>();
  const ping = ws.ping.bind(ws);
  const emit = ws.emit.bind(ws);
  ws.ping = (...args: unknown[]) => {
    const [oldest = now()] = waiting.values();
    if (!(now() - oldest <= maxMs)) return onSilent();
    const mark = randomBytes(4);
    waiting.set(mark.toString("hex"), now());
    ping(mark, undefined, args.find((arg) => typeof arg === "function") as (error: Error) => void);
  };
  ws.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event !== "pong") return emit(event, ...args);
    const mark = (args[0] as Buffer).toString("hex");
    const sentMs = waiting.get(mark);
    if (sentMs === undefined) return false;
    noteRoundTrip(ws, now() - sentMs);
    // Answers come in the order of the pings: what was sent before was read too.
    for (const earlier of waiting.keys()) {
      waiting.delete(earlier);
      if (earlier === mark) break;
    }
    return emit(event, ...args);
  };
}
