import { useState } from "preact/hooks";
import type { Avatar } from "roomkeep/shared";
import { codeOf } from "../network/session.ts";
import type { Page } from "../page-state.ts";
import type { Quality } from "../scene/stage.ts";
import { Panel } from "./panel.tsx";

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["W", "A", "S", "D"], "walk; arrow keys do the same"],
  [["Shift"], "run"],
  [["Space"], "jump"],
  [["drag", "Q", "E"], "look around"],
  [["wheel", "pinch"], "nearer, farther"],
  [["Enter"], "say something, Enter again to send"],
  [["/w", "/p"], "in the chat: /w Name text whispers, /p text is for your party"],
  [["1", "–", "6"], "wave, heart, laugh, wow, dance, sleep"],
  [["B", "F"], "your bag, where the game has one; take what lies near"],
  [["H"], "this help"],
  [["/"], "the room's console; Tab completes"],
  [["F3"], "what is not seen, and what it costs"],
];

/** The controls. */
export function Help({ page }: { page: Page }) {
  return (
    <Panel page={page} title="How to play">
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <p>
        On a phone: the left thumb walks, the right thumb jumps and runs, a finger on the world looks around.
        A gamepad works too. Crates and balls are there to be pushed.
      </p>
    </Panel>
  );
}

/** Settings of this browser, mutes, and the way to the account. */
export function SettingsPanel({ page }: { page: Page }) {
  const { settings, account } = page;
  return (
    <Panel page={page} title="Settings">
      <Slider label="Volume" value={settings.volume} min={0} max={1} />
      <Slider label="Camera sensitivity" value={settings.sensitivity} min={0.2} max={3} />
      <label class="setting">
        <span>Reduced motion</span>
        <input
          type="checkbox"
          checked={settings.reducedMotion.value}
          onChange={(event) => {
            settings.reducedMotion.value = event.currentTarget.checked;
          }}
        />
      </label>
      <label class="setting">
        <span>Debug drawing (F3)</span>
        <input
          type="checkbox"
          checked={settings.debug.value}
          onChange={(event) => {
            settings.debug.value = event.currentTarget.checked;
          }}
        />
      </label>
      <label class="setting">
        <span>Picture</span>
        <select
          value={settings.quality.value}
          onChange={(event) => {
            settings.quality.value = event.currentTarget.value as Quality;
          }}
        >
          <option value="auto">as fast as it should be</option>
          <option value="high">fine</option>
          <option value="low">light</option>
        </select>
      </label>
      <div class="setting">
        <span>Console (/)</span>
        <button type="button" onClick={() => (page.overlay.value = "console")}>
          Open
        </button>
      </div>
      <Mutes page={page} />
      <button
        type="button"
        style={{ marginTop: "1em" }}
        onClick={() => {
          page.accountPage.value = "you";
          page.overlay.value = "account";
        }}
      >
        {account.profile.value?.kind === "guest" ? "Make an account, recovery code" : "Your account"}
      </button>
    </Panel>
  );
}

function Slider({
  label,
  value,
  min,
  max,
}: {
  label: string;
  value: { value: number };
  min: number;
  max: number;
}) {
  return (
    <label class="setting">
      <span>{label}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={0.05}
        value={value.value}
        onInput={(event) => {
          value.value = Number(event.currentTarget.value);
        }}
      />
    </label>
  );
}

function Mutes({ page: { session, settings } }: { page: Page }) {
  const room = session.room.value;
  const names = new Set<string>(settings.muted.value);
  room?.state.actors?.forEach((actor, id) => {
    if (actor.kind === "avatar" && id !== room.sessionId) names.add((actor as Avatar).name);
  });
  const toggle = (name: string) => {
    const muted = settings.muted.value;
    settings.muted.value = muted.includes(name) ? muted.filter((other) => other !== name) : [...muted, name];
  };
  if (names.size === 0) return null;
  return (
    <>
      <span class="label">Mute players: what they say is hidden from you</span>
      <div class="row" style={{ flexWrap: "wrap", maxHeight: "130px", overflow: "auto" }}>
        {[...names].sort().map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={settings.muted.value.includes(name)}
            onClick={() => toggle(name)}
          >
            {settings.muted.value.includes(name) ? `Unmute ${name}` : `Mute ${name}`}
          </button>
        ))}
      </div>
    </>
  );
}

/** The link to the room. */
export function Share({ page }: { page: Page }) {
  const room = page.session.room.value;
  if (!room) return null;
  const link = `${location.origin}${location.pathname}?room=${codeOf(room)}`;
  return (
    <Panel page={page} title="Invite friends">
      <p>Anybody with this link walks into your room.</p>
      <Copyable text={link} />
      <p>
        Or tell them the code <code class="big">{codeOf(room)}</code>
      </p>
    </Panel>
  );
}

/** A text to take along. */
export function Copyable({ text }: { text: string }) {
  const [copied, setCopied] = useState("Copy");
  const copy = () => {
    // Without a secure context there is no clipboard: the text stays selectable.
    const done = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    done.then(
      () => setCopied("Copied"),
      () => setCopied("Select it"),
    );
  };
  return (
    <div class="row">
      <code class="big grow">{text}</code>
      <button type="button" onClick={copy}>
        {copied}
      </button>
    </div>
  );
}
