import type { AnyRoom } from "./joined-room.ts";

const complete = new WeakSet<AnyRoom>();

/** Notes when the first full state of a room has come. To be called as soon as the room is joined. */
export function noteFirstState(room: AnyRoom): void {
  room.onStateChange.once(() => void complete.add(room));
}

/** Calls back once the room's state has come, at once if it has. @returns stops */
export function onceStateIsHere(room: AnyRoom, here: () => void): () => void {
  if (complete.has(room)) {
    here();
    return () => {};
  }
  room.onStateChange.once(here);
  return () => room.onStateChange.remove(here);
}
