import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface WindowProps {
  name: string;
  /** Shown beside the title. */
  aside?: ComponentChildren;
  close(): void;
  /** `data-drop` of the window. */
  drop?: string;
  children: ComponentChildren;
}

/** A window beside the world: the avatar can walk on. Escape closes it. */
export function Window({ name, aside, close, drop, children }: WindowProps) {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      // If the focused element was in here, the focus goes back.
      if (!document.activeElement || document.activeElement === document.body)
        if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <section class="window" ref={section} aria-label={name} data-drop={drop} data-testid={name.toLowerCase()}>
      <h2>
        <span class="grow">{name}</span>
        {aside}
        <button type="button" aria-label={`Close ${name.toLowerCase()}`} onClick={close}>
          ✕
        </button>
      </h2>
      {children}
    </section>
  );
}
