import { SpeakerIcon } from "./icons.tsx";
import { levelOf, Meter, shownOf } from "./meter.tsx";
import type { Heard, VoiceSession } from "./voice-session.ts";

/** Everything that can be set: people, how one talks, the microphone. */
export function VoiceControls({ session, turnOff }: { session: VoiceSession; turnOff(): void }) {
  const { people, preferences, devices, level } = session;
  const { mode, threshold, device, noiseSuppression, echoCancellation } = preferences.value;
  return (
    <div class="settings">
      <span class="label">You hear</span>
      {people.value.length === 0 && <p>Nobody is near.</p>}
      <ul class="heard" aria-label="People you hear">
        {people.value.map((one) => (
          <Person key={one.id} one={one} session={session} />
        ))}
      </ul>
      <span class="label">You are heard</span>
      {(["push", "activity"] as const).map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="voice-mode"
            checked={mode === one}
            onChange={() => void session.set({ mode: one })}
          />
          {one === "push" ? "while you hold V or the button" : "while you speak"}
        </label>
      ))}
      {mode === "activity" && (
        <label class="threshold">
          <span>Louder than</span>
          <Meter label="Your level" level={level.value} />
          <input
            type="range"
            aria-label="Threshold"
            min={0}
            max={1}
            step={0.01}
            value={shownOf(threshold)}
            onInput={({ currentTarget }) =>
              void session.set({ threshold: levelOf(currentTarget.valueAsNumber) })
            }
          />
        </label>
      )}
      <span class="label">Microphone</span>
      <select
        aria-label="Microphone"
        value={device}
        onChange={({ currentTarget }) => void session.set({ device: currentTarget.value })}
      >
        <option value="">The usual one</option>
        {devices.value.map(({ deviceId, label }) => (
          <option key={deviceId} value={deviceId}>
            {label || "Microphone"}
          </option>
        ))}
      </select>
      <label>
        <input
          type="checkbox"
          checked={noiseSuppression}
          onChange={({ currentTarget }) => void session.set({ noiseSuppression: currentTarget.checked })}
        />
        Suppress noise
      </label>
      <label>
        <input
          type="checkbox"
          checked={echoCancellation}
          onChange={({ currentTarget }) => void session.set({ echoCancellation: currentTarget.checked })}
        />
        Cancel echo
      </label>
      <button type="button" class="off" onClick={turnOff}>
        Turn voice off
      </button>
    </div>
  );
}

/** Somebody, with volume and mute. */
function Person({
  one: { id, name, level, volume, isMuted },
  session,
}: {
  one: Heard;
  session: VoiceSession;
}) {
  return (
    <li>
      <b>{name}</b>
      <Meter label={`Level of ${name}`} level={level} />
      <input
        type="range"
        aria-label={`Volume of ${name}`}
        min={0}
        max={2}
        step={0.05}
        value={volume}
        onInput={({ currentTarget }) => session.setVolume(id, currentTarget.valueAsNumber)}
      />
      <button
        type="button"
        aria-pressed={isMuted}
        aria-label={`Mute ${name}`}
        onClick={() => session.setMuted(id, !isMuted)}
      >
        <SpeakerIcon isOff={isMuted} />
      </button>
    </li>
  );
}
