import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { HudStore } from "../../hud-store.ts";
import type { NetStats } from "../../net-stats.ts";
import { runCommand } from "../../network/room-console.ts";
import type { Session } from "../../network/session.ts";
import type { AnyRoom } from "../../room/joined-room.ts";
import type { Settings } from "../../settings.ts";

/** Pause between two reads of the room's tick times, ms. */
const PROFILE_MS = 4_000;

/** Round trip and patches a second; a click shows more. */
export function NetStatsPill({ hud: { netStats, netStatsOpen } }: { hud: HudStore }) {
  const { roundTripMs, patchHz } = netStats.value;
  return (
    <button
      type="button"
      class="rates"
      aria-label="Rates of the room"
      aria-expanded={netStatsOpen.value}
      title="Round trip to the server, and patches a second. Click to see more."
      onClick={() => {
        netStatsOpen.value = !netStatsOpen.value;
      }}
    >
      {Math.round(roundTripMs)} ms<span class="wide"> · {Math.round(patchHz)}/s</span>
    </button>
  );
}

/** Label, value and explanation of each rate. */
function rowsOf(stats: NetStats): [string, string, string][] {
  const { tickHz, patchHz, interpolationMs, roundTripMs, pending, fps } = stats;
  return [
    ["Ticks", `${+tickHz.toFixed(2)} a second`, "Steps of the simulation, as the room chose"],
    ["Patches", `${patchHz.toFixed(1)} a second`, "Patches that arrived in the last second"],
    ["Others shown", `${Math.round(interpolationMs)} ms late`, "The interpolation hides one late patch"],
    ["Round trip", `${Math.round(roundTripMs)} ms`, "To the server and back"],
    ["Unanswered", `${pending} inputs`, "Input frames that the server has not answered yet"],
    ["Frames", `${Math.round(fps)} a second`, "Frames that this page draws"],
  ];
}

interface NetStatsPanelProps {
  hud: HudStore;
  settings: Settings;
  session: Session;
}

/**
 * The rates of the room, live; with the debug drawing also its tick times, if the player's role may read
 * them.
 */
export function NetStatsPanel({ hud, settings, session }: NetStatsPanelProps) {
  if (!hud.netStatsOpen.value && !settings.debug.value) return null;
  return (
    <section class="rates-panel" aria-label="Rates" data-testid="rates">
      <dl>
        {rowsOf(hud.netStats.value).map(([name, value, why]) => (
          <div key={name} title={why}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {settings.debug.value && <Profile room={session.room.value} />}
    </section>
  );
}

/** Tick and system times from the room's console. A refusal ends the questions. */
function Profile({ room }: { room: AnyRoom | undefined }) {
  const text = useSignal("");
  useEffect(() => {
    let stopped = false;
    const read = async () => {
      if (!room || stopped) return;
      const tick = await runCommand(room, "/tick");
      const profile = "text" in tick ? await runCommand(room, "/profile") : tick;
      if (stopped || !("text" in tick && "text" in profile)) return;
      text.value = `${tick.text}\n${profile.text}`;
      setTimeout(read, PROFILE_MS);
    };
    void read();
    return () => {
      stopped = true;
      text.value = "";
    };
  }, [room, text]);
  return text.value ? <pre data-testid="profile">{text.value}</pre> : null;
}
