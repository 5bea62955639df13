import { type ReadonlySignal, signal } from "@preact/signals";

/** Size and touch input of the browser's window, as far as the page depends on them. */
export interface Viewport {
  /** A phone-sized window. */
  readonly narrow: ReadonlySignal<boolean>;
  /** Whether touch controls are shown. */
  readonly touch: ReadonlySignal<boolean>;
}

/** Follows the browser's window. */
export function watchViewport(): Viewport {
  const small = matchMedia("(max-width: 720px)");
  const narrow = signal(small.matches);
  const touch = signal(matchMedia("(pointer: coarse)").matches);
  small.addEventListener("change", () => {
    narrow.value = small.matches;
  });
  const touched = () => {
    touch.value = true;
  };
  addEventListener("touchstart", touched, { once: true, passive: true });
  return { narrow, touch };
}
