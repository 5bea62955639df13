/** Interval of the checks, ms. */
const ASK_MS = 1_000;
/** After so long without a message of the room the room list is asked for it, ms. */
const SILENT_MS = 3_000;

/** The parts of a joined room that the watch needs; a room of the SDK fits. */
export interface WatchedRoom {
  readonly roomId: string;
  readonly reconnection: { enabled: boolean; maxRetries: number };
  readonly connection: { readonly isOpen: boolean; readonly url?: string | undefined; close(): void };
  ping(heard: () => void): void;
}

/** A room as the list has it. */
export interface ListedRoom {
  readonly roomId: string;
  /** Its process. A former version of the server does not tell it. */
  readonly processId?: string | undefined;
}

/** Whether the list means this very room, and not one that was opened anew under its code. */
function isSame({ roomId, connection }: WatchedRoom, listed: ListedRoom | undefined): boolean {
  // The path of a socket ends in /<process>/<room>.
  const { pathname = "" } = connection.url ? new URL(connection.url) : {};
  const processId = pathname.split("/").at(-2) ?? listed?.processId;
  return listed?.roomId === roomId && (listed.processId ?? processId) === processId;
}

/**
 * Watches whether a joined room is alive: a room whose process died or is frozen is on no list any more, and
 * the client has to join anew. The room's own `onLeave` may come much later, or never: a frozen process does
 * not close its sockets. A connection that is closed is a reason to ask at once: a process that was killed is
 * off the list within seconds, and the attempts to reconnect to it would go on.
 *
 * @param find the room that the list has under this one's id, undefined for none; rejects when nobody
 *   answers. Others may have come back before, and opened it in another process
 * @param lost called once, when the seat is given up
 * @returns ends the watch
 * @example
 * const stop = watchLiveness(room, () => api.findRoom(room.roomId), joinAnew);
 */
export function watchLiveness(
  room: WatchedRoom,
  find: () => Promise<ListedRoom | undefined>,
  lost: () => void,
): () => void {
  let heardAt = performance.now();
  let asking = false;
  let over = false;
  const timer = setInterval(() => {
    room.ping(() => {
      heardAt = performance.now();
    });
    const isSilent = !room.connection.isOpen || performance.now() - heardAt >= SILENT_MS;
    if (asking || !isSilent) return;
    asking = true;
    find()
      .then((listed) => !isSame(room, listed) && giveUp())
      .catch(() => {}) // no answer: the room may still be alive
      .finally(() => {
        asking = false;
      });
  }, ASK_MS);

  function giveUp(): void {
    if (over) return;
    stop();
    room.reconnection.enabled = false;
    room.reconnection.maxRetries = 0;
    room.connection.close();
    lost();
  }
  function stop(): void {
    over = true;
    clearInterval(timer);
  }
  return stop;
}
