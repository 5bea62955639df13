import type { Client, Room } from "@colyseus/core";
import { RoomkeepError } from "../shared/index.ts";
import { endsWithin, withTimeout } from "../shared/internal.ts";
import { orJoinError } from "./travel/join-error.ts";

/** What {@link boundHooks} needs. */
export interface HookBounds {
  /** Longest that a hook may take, ms. */
  readonly maxMs: number;
  /** Notes a hook that did not end. */
  fault(hook: string, error: Error): void;
}

/** The clients whose join took too long: what still comes of it is for nobody. */
export type LateJoins = Pick<WeakSet<Client>, "has">;

/**
 * Bounds what Colyseus waits for: a join, a return or a leave that never ends would keep its client, its seat
 * and its room for good. An error of the game is told to the client by a code, not by its text.
 */
export function boundHooks(room: Room, { maxMs, fault }: HookBounds): LateJoins {
  const late = new WeakSet<Client>();
  const overdue = (hook: string) => new Error(`${hook} did not end within ${maxMs} ms`);

  /** Colyseus gives the client up when it is refused. */
  const entering = (hook: "onJoin" | "onReconnect", client: Client, work: () => unknown) => {
    const error = () => {
      late.add(client);
      fault(hook, overdue(hook));
      return new RoomkeepError("JOIN_TIMEOUT");
    };
    return orJoinError(withTimeout(maxMs, promised(work), { error }));
  };
  /**
   * Colyseus lets go of the client when it ends, and what was begun goes on; an error was noted where it
   * arose.
   */
  const leaving = async (hook: "onLeave" | "onDrop", work: () => unknown) => {
    const ended = await endsWithin(
      maxMs,
      promised(work).catch(() => {}),
    );
    if (!ended) fault(hook, overdue(hook));
  };

  const { onJoin, onReconnect, onDrop, onLeave } = room;
  if (onJoin)
    room.onJoin = (client, ...rest) => entering("onJoin", client, () => onJoin.call(room, client, ...rest));
  if (onReconnect)
    room.onReconnect = (client) => entering("onReconnect", client, () => onReconnect.call(room, client));
  if (onDrop) room.onDrop = (client, code) => leaving("onDrop", () => onDrop.call(room, client, code));
  if (onLeave) room.onLeave = (client, code) => leaving("onLeave", () => onLeave.call(room, client, code));
  return late;
}

async function promised(work: () => unknown): Promise<void> {
  await work();
}
