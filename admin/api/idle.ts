import { me, signOut } from "./session.ts";

let usedAt = Date.now();

/** Milliseconds since somebody used the page. */
export const idleMs = (): number => Date.now() - usedAt;

/** True while it is worth asking the server again: somebody looks. */
export const isWatched = (): boolean => !document.hidden;

/**
 * Ends the session after its idle time without a key or a pointer: what the page asks by itself would keep it
 * for ever.
 */
export function watchIdle(): void {
  const use = () => {
    usedAt = Date.now();
  };
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"])
    addEventListener(kind, use, { passive: true, capture: true });
  setInterval(() => {
    const minutes = me.value?.idleMinutes;
    if (minutes !== undefined && idleMs() > minutes * 60_000)
      void signOut(`You were signed out after ${minutes} minutes without use.`);
  }, 5_000);
}
