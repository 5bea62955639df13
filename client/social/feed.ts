import { type Signal, signal } from "@preact/signals";

/** A line of the feed. `key` grows. */
export interface FeedLine {
  readonly key: number;
  readonly text: string;
  /** How often it was added while the line was shown. */
  readonly times: number;
}

/** Feed of recent events: each line disappears by itself, and the same line again is counted. */
export interface Feed {
  readonly lines: Signal<readonly FeedLine[]>;
  add(text: string): void;
  clear(): void;
}

/** Most lines at once; the oldest are dropped. */
const LINES_MAX = 5;

/** Opens an empty feed. @param shownMs how long a line is shown */
export function openFeed(shownMs = 6_000): Feed {
  const lines = signal<readonly FeedLine[]>([]);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let key = 0;
  const remove = (old: number) => {
    clearTimeout(timers.get(old));
    timers.delete(old);
    lines.value = lines.value.filter((line) => line.key !== old);
  };
  return {
    lines,
    add(text) {
      const same = lines.value.find((line) => line.text === text);
      if (same) remove(same.key);
      const line = { key: ++key, text, times: (same?.times ?? 0) + 1 };
      lines.value = [...lines.value, line];
      for (const old of lines.value.slice(0, -LINES_MAX)) remove(old.key);
      timers.set(
        line.key,
        setTimeout(() => remove(line.key), shownMs),
      );
    },
    clear() {
      for (const { key: each } of lines.value) remove(each);
    },
  };
}
