import type { Account } from "../../account/account.ts";
import type { HudStore } from "../../hud-store.ts";
import type { Session } from "../../network/session.ts";
import type { OverlayStore } from "../../overlays.ts";
import type { AnyRoom } from "../../room/joined-room.ts";
import type { Quality } from "../../scene/stage.ts";
import type { ChatSound, Settings } from "../../settings.ts";
import { Panel } from "../panel.tsx";

interface SettingsProps {
  settings: Settings;
  session: Session;
  hud: HudStore;
  account: Account;
  overlays: OverlayStore;
  /** Without one there is no camera to turn and nothing to draw. */
  isWorld: boolean;
}

/** Settings of this browser, mutes, and the way to the account. */
export function SettingsPanel({ settings, session, hud, account, overlays, isWorld }: SettingsProps) {
  return (
    <Panel title="Settings" close={overlays.close}>
      <Slider label="Volume" value={settings.volume} min={0} max={1} />
      {isWorld && <Slider label="Camera sensitivity" value={settings.sensitivity} min={0.2} max={3} />}
      <Checkbox label="Reduced motion" value={settings.reducedMotion} />
      {isWorld && <Checkbox label="Hide the names of people you have blocked" value={settings.hideNames} />}
      {isWorld && <Checkbox label="Debug drawing (F3)" value={settings.debug} />}
      {isWorld && <Graphics quality={settings.quality} />}
      <label class="setting">
        <span>Sound of the chat</span>
        <select
          value={settings.chatSound.value}
          onChange={(event) => {
            settings.chatSound.value = event.currentTarget.value as ChatSound;
          }}
        >
          <option value="mine">whispers and my name</option>
          <option value="all">every line</option>
          <option value="none">none</option>
        </select>
      </label>
      <div class="setting">
        <span>Console (/)</span>
        <button type="button" onClick={() => (overlays.current.value = "console")}>
          Open
        </button>
      </div>
      <Mutes room={session.room.value} hud={hud} settings={settings} />
      <div class="row" style={{ marginTop: "1em", flexWrap: "wrap" }}>
        <button
          type="button"
          class="grow"
          style={{ minWidth: "max-content" }}
          onClick={() => overlays.showAccount("you")}
        >
          {account.profile.value?.kind === "guest" ? "Make an account, recovery code" : "Your account"}
        </button>
        {!isWorld && session.room.value && <LeaveButton session={session} overlays={overlays} />}
      </div>
    </Panel>
  );
}

/** A pad has no other: nothing on it that a thumb could hit leaves the room. */
function LeaveButton({ session, overlays }: Pick<SettingsProps, "session" | "overlays">) {
  const leave = () => {
    overlays.close();
    session.leave();
  };
  return (
    <button type="button" class="grow" style={{ minWidth: "max-content" }} onClick={leave}>
      Leave the room
    </button>
  );
}

function Graphics({ quality }: Pick<Settings, "quality">) {
  return (
    <label class="setting">
      <span>Graphics</span>
      <select
        value={quality.value}
        onChange={(event) => {
          quality.value = event.currentTarget.value as Quality;
        }}
      >
        <option value="auto">automatic</option>
        <option value="high">high</option>
        <option value="low">low</option>
      </select>
    </label>
  );
}

function Checkbox({ label, value }: { label: string; value: { value: boolean } }) {
  return (
    <label class="setting">
      <span>{label}</span>
      <input
        type="checkbox"
        checked={value.value}
        onChange={(event) => {
          value.value = event.currentTarget.checked;
        }}
      />
    </label>
  );
}

interface SliderProps {
  label: string;
  value: { value: number };
  min: number;
  max: number;
}

function Slider({ label, value, min, max }: SliderProps) {
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

/** Those who are muted, and those who have written in the chat that is shown. */
function Mutes({ room, hud, settings }: { room: AnyRoom | undefined; hud: HudStore; settings: Settings }) {
  const muted = settings.muted.value;
  const players = new Map(muted.map((one) => [one.id, one.name]));
  for (const { from, character, name } of hud.lines.value) {
    if (character && from !== room?.sessionId) players.set(character, name);
  }
  const isMuted = (id: string) => muted.some((one) => one.id === id);
  const toggle = (id: string, name: string) => {
    settings.muted.value = isMuted(id) ? muted.filter((one) => one.id !== id) : [...muted, { id, name }];
  };
  if (players.size === 0) return null;
  return (
    <>
      <span class="label">Muted players: you do not see their chat</span>
      <div class="row" style={{ flexWrap: "wrap", maxHeight: "130px", overflow: "auto" }}>
        {[...players].map(([id, name]) => (
          <button key={id} type="button" aria-pressed={isMuted(id)} onClick={() => toggle(id, name)}>
            {isMuted(id) ? `Unmute ${name}` : `Mute ${name}`}
          </button>
        ))}
      </div>
    </>
  );
}
