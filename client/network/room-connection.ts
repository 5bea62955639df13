import type { ServerMessages } from "../../shared/index.ts";
import { backoffMs, type ListedRoom, watchLiveness } from "../../shared/internal.ts";
import { onReturn, pauseUntilReturn } from "../device/page-life.ts";
import type { AnyRoom } from "../room/joined-room.ts";

/** Called back about the connection to one room. */
export interface ConnectionEvents {
  /** The connection broke. The SDK tries to reconnect to the seat. */
  dropped(code: number): void;
  /** The SDK has reconnected. */
  reconnected(): void;
  /** The connection is closed for good. */
  closed(code: number, reason?: string): void;
  /** The room is on no list any more: its process has died, and the seat with it. */
  lost(): void;
  /** Place in the room's join queue; 0: it is this player's turn. */
  queued(place: number): void;
}

/** After a return, a connection that brings no answer for so long is dead, ms. */
const ANSWER_MS = 2_000;
/** As `CLOSE_ABNORMAL` of RFC 6455: the SDK reconnects after it. */
const BROKEN = 1006;

/** Watches the connection to a room. @param findRoom the room if it is still listed */
export function watchConnection(
  room: AnyRoom,
  findRoom: () => Promise<ListedRoom | undefined>,
  events: ConnectionEvents,
): void {
  tuneReconnection(room);
  room.onDrop((code) => events.dropped(code));
  room.onReconnect(() => events.reconnected());
  const stopWatch = watchLiveness(room, findRoom, () => {
    stopChecks();
    events.lost();
  });
  const stopChecks = onReturn(() => void checkAfterReturn(room));
  room.onLeave((code, reason) => {
    stopWatch();
    stopChecks();
    events.closed(code, reason);
  });
  room.onMessage("queue", ({ place }: ServerMessages["queue"]) => events.queued(place));
  room.onError((code, message) => {
    // A failed attempt to reconnect reports an error without a code; the page shows that already.
    if (code) console.warn(`roomkeep: room error ${code}: ${message ?? ""}`);
  });
}

/** The SDK says when to try again, and this how long to wait before: not while somebody looks on again. */
function tuneReconnection({ connection, reconnection }: AnyRoom): void {
  Object.assign(reconnection, {
    // A drop in the first second is a drop too.
    minUptime: 0,
    minDelay: 0,
    maxDelay: 0,
    // About the 30 seconds for which the seat is kept.
    maxRetries: 16,
  });
  const reconnect = connection.reconnect.bind(connection);
  connection.reconnect = async (seat) => {
    await pauseUntilReturn(backoffMs(reconnection.retryCount));
    if (reconnection.enabled && reconnection.isReconnecting) reconnect(seat);
  };
}

/**
 * A connection that was open when the device went to sleep may be dead without a word, and would be found out
 * only much later: the room is asked at once.
 */
async function checkAfterReturn(room: AnyRoom): Promise<void> {
  const { connection, reconnection } = room;
  if (!connection.isOpen || reconnection.isReconnecting) return;
  const { ws } = connection.transport as unknown as { ws: WebSocket };
  try {
    await room.request("room.seat" as never, {} as never, { timeout: ANSWER_MS });
  } catch {
    const isSame = (connection.transport as unknown as { ws: WebSocket }).ws === ws;
    if (!isSame || !connection.isOpen) return;
    // Its close would be told after a minute, of a connection that has taken its place by then.
    ws.onopen = ws.onmessage = ws.onclose = ws.onerror = null;
    ws.close();
    connection.events.onclose?.({ code: BROKEN, reason: "no answer" } as CloseEvent);
  }
}
