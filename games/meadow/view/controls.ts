import type { Hero } from "../state.ts";

/** A new request id; works without https as well. */
export function newRequest(): string {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
}

/** The stack to eat from: meat before herbs. */
export function foodOf(hero: Hero | undefined): string | undefined {
  let food: string | undefined;
  hero?.items?.forEach(({ template, container }, id) => {
    if (container !== "bag") return;
    if (template === "meat" || (template === "herb" && food === undefined)) food = id;
  });
  return food;
}

/** The actions of keys and clicks in the meadow. */
export interface Controls {
  pick(): void;
  eat(): void;
  /** At a point of the screen, −1…1 each; without one at the middle. */
  shoot?(x?: number, y?: number): void;
}

/** A press that is longer, or moves farther, turns the camera instead of shooting. Milliseconds, pixels. */
const TAP_MS = 260;
const TAP_PX = 6;

/** F picks, R eats, X or a click on the world shoots. @returns stops listening */
export function listenToControls(canvas: HTMLCanvasElement, controls: Controls): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  let down: { x: number; y: number; at: number } | undefined;
  addEventListener(
    "keydown",
    (event) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
      if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.code === "KeyF") controls.pick();
      if (event.code === "KeyR") controls.eat();
      if (event.code === "KeyX") controls.shoot?.();
    },
    { signal },
  );
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      down = { x: event.clientX, y: event.clientY, at: event.timeStamp };
    },
    { signal },
  );
  canvas.addEventListener(
    "pointerup",
    (event) => {
      const begun = down;
      down = undefined;
      if (!begun || event.pointerType === "touch" || event.timeStamp - begun.at > TAP_MS) return;
      if (Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > TAP_PX) return;
      const box = canvas.getBoundingClientRect();
      controls.shoot?.(
        ((event.clientX - box.left) / box.width) * 2 - 1,
        1 - ((event.clientY - box.top) / box.height) * 2,
      );
    },
    { signal },
  );
  return () => abort.abort();
}
