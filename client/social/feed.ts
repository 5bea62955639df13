import { type Signal, signal } from "@preact/signals";

/** A line of what happened. `key` grows. */
export interface FeedLine {
  readonly key: number;
  readonly text: string;
  /** How often it happened while the line stood. */
  readonly times: number;
}

/** What happened lately: each line goes by itself, and the same again counts up. */
export interface Feed {
  readonly lines: Signal<readonly FeedLine[]>;
  add(text: string): void;
  clear(): void;
}

/** Most lines at once; the oldest make room. */
const LINES_MAX = 5;

/** @param standMs how long a line stands */
export function openFeed(standMs = 6_000): Feed {
  const lines = signal<readonly FeedLine[]>([]);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let key = 0;
  const drop = (gone: number) => {
    clearTimeout(timers.get(gone));
    timers.delete(gone);
    lines.value = lines.value.filter((line) => line.key !== gone);
  };
  return {
    lines,
    add(text) {
      const same = lines.value.find((line) => line.text === text);
      if (same) drop(same.key);
      const line = { key: ++key, text, times: (same?.times ?? 0) + 1 };
      lines.value = [...lines.value, line];
      for (const old of lines.value.slice(0, -LINES_MAX)) drop(old.key);
      timers.set(
        line.key,
        setTimeout(() => drop(line.key), standMs),
      );
    },
    clear() {
      for (const { key: each } of lines.value) drop(each);
    },
  };
}
