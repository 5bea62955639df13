import { useEffect, useRef } from "preact/hooks";
import { CHAT_MAX } from "../../../shared/internal.ts";
import type { Viewport } from "../../device/viewport.ts";
import type { ChatEntry, HudStore } from "../../hud-store.ts";
import type { Session } from "../../network/session.ts";
import type { Channel } from "../../social/chat-commands.ts";
import type { DirectMessageStore } from "../../social/direct-messages.ts";
import type { PartyStore } from "../../social/party.ts";
import { ChannelSwitch } from "./channel-switch.tsx";

/** Lines that are shown. */
const SHOWN_MAX = 30;

interface ChatProps {
  session: Session;
  hud: HudStore;
  directMessages: DirectMessageStore;
  party: PartyStore;
  viewport: Viewport;
}

/** The chat: its last lines, and a field for the next. Enter goes into the field, sends, and leaves it. */
export function Chat({ session, hud, directMessages, party, viewport }: ChatProps) {
  const list = useRef<HTMLUListElement>(null);
  const lines = hud.lines.value;
  useEffect(() => {
    if (list.current && lines.length > 0) list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  const own = session.room.value?.sessionId;
  return (
    <section class="chat" aria-label="Chat">
      <ul class="lines" ref={list} aria-live="polite">
        {lines.slice(-SHOWN_MAX).map((line) => (
          <ChatLine key={line.key} line={line} own={line.from === own} />
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const field = event.currentTarget.elements.namedItem("say");
          if (!(field instanceof HTMLInputElement)) return;
          if (field.value.trim()) directMessages.say(field.value);
          field.value = "";
          field.blur();
        }}
      >
        <ChannelSwitch directMessages={directMessages} party={party} />
        <input
          id="say"
          name="say"
          placeholder={placeholderOf(directMessages.channel.value, viewport.touch.value)}
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

function ChatLine({ line, own }: { line: ChatEntry; own: boolean }) {
  return (
    <li class={line.channel ? `to-${line.channel}` : own ? "own" : ""}>
      {line.name && <b>{line.name}</b>}
      {line.text}
      {line.note && <small>{line.note}</small>}
    </li>
  );
}

function placeholderOf(channel: Channel, touch: boolean): string {
  if (channel === "party") return "To your party…";
  if (channel !== "room") return `To ${channel.name}…`;
  return touch ? "Say something…" : "Press Enter to say something…";
}
