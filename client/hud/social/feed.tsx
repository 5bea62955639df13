import type { Page } from "../../page-state.ts";

/** What happened lately, the newest below. */
export function FeedList({ page: { board } }: { page: Page }) {
  return (
    <ul class="feed" aria-live="polite" aria-label="What happened">
      {board.feed.lines.value.map(({ key, text, times }) => (
        <li key={key}>
          {text}
          {times > 1 && <b> ×{times}</b>}
        </li>
      ))}
    </ul>
  );
}
