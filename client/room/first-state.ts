import type { AnyRoom } from "./joined-room.ts";

/** Who waits for the first full state of a room, until it is here. */
const waiting = new WeakMap<AnyRoom, Set<() => void> | "here">();

/** Notes when the first full state of a room has come. To be called as soon as the room is joined. */
export function noteFirstState(room: AnyRoom): void {
  waiting.set(room, new Set());
  // It stays: the SDK skips a listener when another one is removed while it calls them.
  room.onStateChange(() => {
    const now = waiting.get(room);
    if (!now || now === "here") return;
    waiting.set(room, "here");
    for (const here of now) here();
  });
}

/** Calls back once the room's state has come, at once if it has. @returns stops */
export function onceStateIsHere(room: AnyRoom, here: () => void): () => void {
  const now = waiting.get(room);
  if (now === "here" || !now) {
    here();
    return () => {};
  }
  now.add(here);
  return () => now.delete(here);
}
