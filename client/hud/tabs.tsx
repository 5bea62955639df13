import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** A page of an overlay that has several. */
interface Tab {
  readonly name: string;
  readonly title: string;
  readonly waiting?: ReadonlySignal<number> | undefined;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** Name of the one that is shown. */
  readonly current: string;
  show(name: string): void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** The pages of an overlay, by tap or arrow keys; nothing where there is but one. */
export function Tabs({ label, tabs, current, show }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  // On a narrow screen they are one line that scrolls.
  useEffect(() => {
    const shown = list.current?.querySelector("[aria-selected=true]");
    shown?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current]);
  if (tabs.length < 2) return null;
  const move = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex(({ name }) => name === current) + step;
    const next = (at + tabs.length) % tabs.length;
    show(tabs[next]?.name ?? current);
    event.currentTarget.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div ref={list} class="overlay-tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ name, title, waiting }) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === current}
          tabIndex={name === current ? 0 : -1}
          onClick={() => show(name)}
        >
          {title}
          <Waiting count={waiting?.value ?? 0} />
        </button>
      ))}
    </div>
  );
}

/** How much waits behind a button; nothing for none. */
export function Waiting({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return (
    <span class="waiting" role="img" aria-label={`${count} waiting`}>
      {count > 99 ? "99+" : count}
    </span>
  );
}
