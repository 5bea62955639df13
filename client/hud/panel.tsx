import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface PanelProps {
  title: string;
  close(): void;
  /** Whether the first field of a form gets the focus; else the close button gets it. */
  focusField?: boolean;
  children: ComponentChildren;
}

/** A panel over the world: takes and keeps the focus; Escape and a click beside it close it. */
export function Panel({ title, close, focusField = false, children }: PanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  const closeButton = useRef<HTMLButtonElement>(null);
  const focusFieldFirst = useRef(focusField);
  // Before the first paint: a key that is pressed at once goes into the panel.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const field =
      focusFieldFirst.current &&
      panel.current?.querySelector<HTMLInputElement>("form.sheet input:not([readonly])");
    (field || closeButton.current)?.focus();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <div
      class="over"
      role="dialog"
      aria-modal="true"
      aria-label={title}
      onClick={(event) => event.target === event.currentTarget && close()}
      onKeyDown={(event) => event.key === "Tab" && panel.current && keepFocus(event, panel.current)}
    >
      <div class="panel" ref={panel}>
        <h2>
          {title}
          <button type="button" ref={closeButton} aria-label="Close" onClick={close}>
            ✕
          </button>
        </h2>
        {children}
      </div>
    </div>
  );
}

/** Tab goes from the last control to the first, and back: nothing under the panel gets the focus. */
function keepFocus(event: KeyboardEvent, panel: HTMLElement) {
  const all = [...panel.querySelectorAll<HTMLElement>("button, input, select, a[href], [tabindex='0']")];
  const [first, last] = [all[0], all.at(-1)];
  const next = event.shiftKey ? last : first;
  if (document.activeElement !== (event.shiftKey ? first : last)) return;
  event.preventDefault();
  next?.focus();
}
