import type { ServerMessages } from "../../shared/index.ts";
import { backoffMs, type ListedRoom, watchLiveness } from "../../shared/internal.ts";
import type { JoinedRoom } from "./predict.ts";

/** Called back about the connection to one room. */
export interface ConnectionEvents {
  /** The connection broke. The SDK tries to reconnect to the seat. */
  dropped(code: number): void;
  /** The SDK has reconnected. */
  reconnected(): void;
  /** The connection is closed for good. */
  closed(code: number): void;
  /** The room is on no list any more: its process has died, and the seat with it. */
  lost(): void;
  /** Place in the room's join queue; 0: it is this player's turn. */
  queued(place: number): void;
}

/** Watches the connection to a room. @param findRoom the room if it is still listed */
export function watchConnection(
  room: JoinedRoom,
  findRoom: () => Promise<ListedRoom | undefined>,
  events: ConnectionEvents,
): void {
  tuneReconnection(room);
  room.onDrop((code) => events.dropped(code));
  room.onReconnect(() => events.reconnected());
  const stopWatch = watchLiveness(room, findRoom, () => events.lost());
  room.onLeave((code) => {
    stopWatch();
    events.closed(code);
  });
  room.onMessage("queue", ({ place }: ServerMessages["queue"]) => events.queued(place));
  room.onError((code, message) => {
    // A failed attempt to reconnect reports an error without a code; the page shows that already.
    if (code) console.warn(`roomkeep: room error ${code}: ${message ?? ""}`);
  });
}

function tuneReconnection(room: JoinedRoom): void {
  Object.assign(room.reconnection, {
    // A drop in the first second is a drop too.
    minUptime: 0,
    minDelay: 100,
    maxDelay: 3_500,
    // About the 30 seconds for which the seat is kept.
    maxRetries: 16,
    backoff: (attempt: number) => backoffMs(attempt),
  });
}
