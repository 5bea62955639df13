import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Page } from "../page-state.ts";

/** A panel over the world: takes and keeps the focus, Escape and a click beside it close it. */
export function Panel({ page, title, children }: { page: Page; title: string; children: ComponentChildren }) {
  const panel = useRef<HTMLDivElement>(null);
  const close = useRef<HTMLButtonElement>(null);
  // Before the first paint: whoever is quick to press a key presses it in here.
  useLayoutEffect(() => {
    const before = document.activeElement;
    // Who opens a form wants to type; on a phone the keyboard would hide what is to be read first.
    const field = panel.current?.querySelector<HTMLInputElement>("form.sheet input:not([readonly])");
    (field && !page.touch.peek() ? field : close.current)?.focus();
    return () => before instanceof HTMLElement && before.focus();
  }, [page]);
  const shut = () => {
    page.overlay.value = "none";
  };
  return (
    <div
      class="over"
      role="dialog"
      aria-modal="true"
      aria-label={title}
      onClick={(event) => event.target === event.currentTarget && shut()}
      onKeyDown={(event) => event.key === "Tab" && panel.current && goRound(event, panel.current)}
    >
      <div class="panel" ref={panel}>
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

/** From the last control Tab goes to the first, and back: what lies under the panel is not reached. */
function goRound(event: KeyboardEvent, panel: HTMLElement) {
  const all = [...panel.querySelectorAll<HTMLElement>("button, input, select, a[href], [tabindex='0']")];
  const [first, last] = [all[0], all.at(-1)];
  const next = event.shiftKey ? last : first;
  if (document.activeElement !== (event.shiftKey ? first : last)) return;
  event.preventDefault();
  next?.focus();
}
