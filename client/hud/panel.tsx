import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Page } from "./page-state.ts";

/** A panel over the world: takes the focus, Escape and a click beside it close it. */
export function Panel({ page, title, children }: { page: Page; title: string; children: ComponentChildren }) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    close.current?.focus();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  const shut = () => {
    page.overlay.value = "none";
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, see page.tsx
    <div
      class="over"
      role="dialog"
      aria-modal="true"
      aria-label={title}
      onClick={(event) => event.target === event.currentTarget && shut()}
    >
      <div class="panel">
        <h2>
          {title}
          <button type="button" ref={close} aria-label="Close" onClick={shut}>
            ✕
          </button>
        </h2>
        {children}
      </div>
    </div>
  );
}
