import type { Feed } from "../../social/feed.ts";

/** Feed of recent events, the newest below. */
export function FeedList({ feed }: { feed: Feed }) {
  return (
    <ul class="feed" aria-live="polite" aria-label="What happened">
      {feed.lines.value.map(({ key, text, times }) => (
        <li key={key}>
          {text}
          {times > 1 && <b> ×{times}</b>}
        </li>
      ))}
    </ul>
  );
}
