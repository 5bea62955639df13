import type { BaseLogger } from "pino";

/** Pause after each move, ms, in which memory may recover. */
const PAUSE_MS = 5_000;

/** A room that may move, as {@link openMemoryRelief} sees it. */
export interface Movable {
  readonly roomId: string;
  /** Connected players, who have to move with it. */
  readonly players: number;
  /** Opens it in another process, with its players, and closes it here. */
  move(): Promise<void>;
}

/**
 * Moves rooms away while memory is short: the one with the fewest players first, one at a time, and at most
 * half of them in one shortage. If memory does not recover by then, the rooms are not its cause.
 *
 * @param movable the rooms that may move now; none where no other process takes rooms
 * @returns to be called with each heartbeat; `tight`: memory is short
 */
export function openMemoryRelief(
  movable: () => readonly Movable[],
  log: Pick<BaseLogger, "warn" | "error">,
  { now = () => performance.now() } = {},
): (tight: boolean) => void {
  /** Rooms that may still move in this shortage; undefined: memory is not short. */
  let left: number | undefined;
  let moving = false;
  let restUntil = 0;

  async function moveOne({ roomId, players, move }: Movable): Promise<void> {
    log.warn({ roomId, players }, "short of memory: a room moves to another process");
    await move().catch((error) => log.error({ err: error, roomId }, "a room could not move"));
    restUntil = now() + PAUSE_MS;
    moving = false;
  }

  return (tight) => {
    if (!tight) left = undefined;
    if (!tight || moving || now() < restUntil) return;
    const rooms = [...movable()].sort((a, b) => a.players - b.players);
    const [room] = rooms;
    if (!room) return;
    left ??= Math.ceil(rooms.length / 2);
    if (left === 0) return;
    left -= 1;
    moving = true;
    void moveOne(room);
  };
}
