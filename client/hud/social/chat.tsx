import { useEffect, useRef } from "preact/hooks";
import { CHAT_MAX } from "roomkeep/shared";
import type { Page } from "../../page-state.ts";
import { ChannelSwitch } from "./channel.tsx";

/** What was said, and a line to say something. Enter goes there and back. */
export function Chat({ page }: { page: Page }) {
  const { board, session } = page;
  const list = useRef<HTMLUListElement>(null);
  const lines = board.lines.value;
  useEffect(() => {
    if (list.current && lines.length > 0) list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  const own = session.room.value?.sessionId;
  return (
    <section class="chat" aria-label="Chat">
      <ul class="lines" ref={list} aria-live="polite">
        {lines.slice(-30).map((line) => (
          <li key={line.key} class={line.channel ? `to-${line.channel}` : line.from === own ? "own" : ""}>
            {line.name && <b>{line.name}</b>}
            {line.text}
            {line.note && <small>{line.note}</small>}
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const field = event.currentTarget.elements.namedItem("say");
          if (!(field instanceof HTMLInputElement)) return;
          if (field.value.trim()) page.letters.say(field.value);
          field.value = "";
          field.blur();
        }}
      >
        <ChannelSwitch page={page} />
        <input
          id="say"
          name="say"
          placeholder={placeholderOf(page)}
          aria-label="Say something"
          autoComplete="off"
          maxLength={CHAT_MAX}
          enterKeyHint="send"
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
      </form>
    </section>
  );
}

function placeholderOf({ letters, touch }: Page): string {
  const channel = letters.channel.value;
  if (channel === "party") return "To your party…";
  if (channel !== "room") return `To ${channel.name}…`;
  return touch.value ? "Say something…" : "Enter to say something…";
}
