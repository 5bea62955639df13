import { type ReadonlySignal, signal } from "@preact/signals";

/** Size and touch input of the browser's window, as far as the page depends on them. */
export interface Viewport {
  /** A phone-sized window. */
  readonly narrow: ReadonlySignal<boolean>;
  /** Whether touch controls are shown. */
  readonly touch: ReadonlySignal<boolean>;
  /** A phone, however it is held. */
  readonly phone: boolean;
}

/** Widest short side of a phone, CSS pixels. */
const PHONE_PX = 600;

/** Follows the browser's window. */
export function watchViewport(): Viewport {
  const small = matchMedia("(max-width: 720px)");
  const narrow = signal(small.matches);
  const isCoarse = matchMedia("(pointer: coarse)").matches;
  const touch = signal(isCoarse);
  small.addEventListener("change", () => {
    narrow.value = small.matches;
  });
  const touched = () => {
    touch.value = true;
  };
  addEventListener("touchstart", touched, { once: true, passive: true });
  return { narrow, touch, phone: isCoarse && Math.min(screen.width, screen.height) <= PHONE_PX };
}
