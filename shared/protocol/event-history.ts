import { fnv1a64 } from "../snapshot/hash.ts";
import type { GameEvent } from "./game-event.ts";

/** A history as a snapshot keeps it. */
export interface HistorySave {
  /** Number of the last event. */
  readonly seq: number;
  /** Of all events that ever were, in their order. */
  readonly digest: string;
  readonly past: readonly GameEvent[];
}

/** The last events of a room, and a digest of all of them. */
export interface EventHistory {
  /** Number of the last event. */
  readonly seq: number;
  readonly digest: string;
  push(event: GameEvent): void;
  /** Oldest first. */
  list(): GameEvent[];
  /** @throws TypeError if the save is damaged */
  load(saved: HistorySave): void;
}

/** Opens a history that holds `capacity` events; the oldest go. */
export function openHistory(capacity: number): EventHistory {
  let items: GameEvent[] = [];
  let oldest = 0;
  let seq = 0;
  let digest = "";
  const list = () => [...items.slice(oldest), ...items.slice(0, oldest)];
  return {
    get seq() {
      return seq;
    },
    get digest() {
      return digest;
    },
    push(event) {
      seq = event.seq;
      digest = fnv1a64(digest + textOf(event));
      if (items.length < capacity) items.push(event);
      else if (capacity > 0) {
        items[oldest] = event;
        oldest = (oldest + 1) % capacity;
      }
    },
    list,
    load(saved) {
      if (!Number.isSafeInteger(saved.seq) || typeof saved.digest !== "string") {
        throw new TypeError("The history of the events is damaged.");
      }
      items = saved.past.map(readEvent).slice(-capacity);
      oldest = 0;
      ({ seq, digest } = saved);
    },
  };
}

/** An event from a snapshot. @throws TypeError if it is none */
export function readEvent(event: GameEvent): GameEvent {
  if (!Number.isSafeInteger(event.seq) || typeof event.name !== "string" || !Number.isFinite(event.atMs)) {
    throw new TypeError("An event of the history is damaged.");
  }
  return Object.freeze({ ...event });
}

/**
 * A payload that stays in the process may hold what JSON cannot, such as circles: then the digest covers the
 * rest of the event.
 */
function textOf(event: GameEvent): string {
  try {
    return JSON.stringify(event);
  } catch {
    return JSON.stringify({ ...event, payload: null });
  }
}
