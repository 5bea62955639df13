import { useState } from "preact/hooks";
import type { PanelContext } from "roomkeep/client";
import { MicrophoneIcon, SpeakerIcon } from "./icons.tsx";
import { Meter } from "./meter.tsx";
import type { VoiceOffer } from "./news.ts";
import { VoiceControls } from "./voice-controls.tsx";
import type { Heard, VoiceSession } from "./voice-session.ts";

export { openVoiceSession, type VoiceSession } from "./voice-session.ts";
export type { PanelContext, VoiceOffer };

/** The voice while it is on: whether one is heard, who speaks, and what can be set. */
export function VoiceBox({ session, turnOff }: { session: VoiceSession; turnOff(): void }) {
  const [isOpen, setOpen] = useState(false);
  const { news, problem, people, isSending, isDeaf, preferences } = session;
  const isPush = preferences.value.mode === "push";
  const reason = reasonOf(news.value) || problem.value;
  const talk = (isDown: boolean) => (event: Event) => {
    event.preventDefault();
    if (isPush) session.push("button", isDown);
  };
  return (
    <section class={`voice ${isSending.value ? "sending" : ""}`} aria-label="Voice">
      <div class="row">
        <button
          type="button"
          class="talk"
          aria-pressed={isSending.value}
          aria-label={isPush ? "Hold to talk" : "You are heard while you speak"}
          title={isPush ? "Hold to talk (V)" : "You are heard while you speak"}
          onPointerDown={talk(true)}
          onPointerUp={talk(false)}
          onPointerCancel={talk(false)}
          onPointerLeave={talk(false)}
          onContextMenu={(event) => event.preventDefault()}
          onKeyDown={(event) => isSpace(event) && !event.repeat && talk(true)(event)}
          onKeyUp={(event) => isSpace(event) && talk(false)(event)}
        >
          <MicrophoneIcon /> <Meter label="Your microphone" level={session.level.value} />
        </button>
        <button
          type="button"
          aria-pressed={isDeaf.value}
          aria-label="Deafen"
          title="Hear nobody, and be heard by nobody"
          onClick={() => session.setDeaf(!isDeaf.value)}
        >
          <SpeakerIcon isOff={isDeaf.value} />
        </button>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label="Voice settings"
          onClick={() => setOpen(!isOpen)}
        >
          ⚙
        </button>
      </div>
      {reason && <p role="status">{reason}</p>}
      {!isOpen && <Speakers people={people.value} />}
      {isOpen && <VoiceControls session={session} turnOff={turnOff} />}
    </section>
  );
}

/** Space alone: Enter opens the chat. */
const isSpace = ({ code }: KeyboardEvent) => code === "Space";

/** Those who speak now. */
function Speakers({ people }: { people: readonly Heard[] }) {
  const speaking = people.filter(({ speaks, isMuted }) => speaks && !isMuted);
  return (
    <ul class="speakers" aria-label="Who speaks">
      {speaking.map(({ id, name }) => (
        <li key={id}>
          <SpeakerIcon /> {name}
        </li>
      ))}
    </ul>
  );
}

function reasonOf(news: VoiceSession["news"]["value"]): string {
  if (!news) return "Connecting…";
  if (news.off) return "Voice is switched off here.";
  if (news.muted !== null) return "A moderator has muted you.";
  return news.mode === "livekit" ? "Too many stand together here for the voice of this page." : "";
}
