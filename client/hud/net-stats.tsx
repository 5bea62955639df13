import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { runCommand } from "../network/room-console.ts";
import type { Page } from "../page-state.ts";

/** How often the room is asked where its time goes, ms. */
const PROFILE_MS = 4_000;

/** Round trip and patches a second; a click shows more. */
export function NetStatsPill({ page }: { page: Page }) {
  const { roundTripMs, patchHz } = page.board.netStats.value;
  return (
    <button
      type="button"
      class="rates"
      aria-label="Rates of the room"
      aria-expanded={page.ratesOpen.value}
      title="Round trip to the server, and patches a second. Click for more."
      onClick={() => {
        page.ratesOpen.value = !page.ratesOpen.value;
      }}
    >
      {Math.round(roundTripMs)} ms<span class="wide"> · {Math.round(patchHz)}/s</span>
    </button>
  );
}

/** The rates of the room, live; with the debug drawing also what its ticks cost, for those whom the room tells. */
export function NetStatsPanel({ page }: { page: Page }) {
  const { board, settings, ratesOpen } = page;
  if (!ratesOpen.value && !settings.debug.value) return null;
  const { tickHz, patchHz, interpolationMs, roundTripMs, pending, fps } = board.netStats.value;
  const rows: [string, string, string][] = [
    ["Ticks", `${+tickHz.toFixed(2)} a second`, "Steps of the world, as the room chose"],
    ["Patches", `${patchHz.toFixed(1)} a second`, "Changes that arrived in the last second"],
    ["Others shown", `${Math.round(interpolationMs)} ms late`, "So that one late patch is not seen"],
    ["Round trip", `${Math.round(roundTripMs)} ms`, "To the server and back"],
    ["On the way", `${pending} inputs`, "Sent, and not answered yet"],
    ["Picture", `${Math.round(fps)} a second`, "Frames drawn here"],
  ];
  return (
    <section class="rates-panel" aria-label="Rates" data-testid="rates">
      <dl>
        {rows.map(([name, value, why]) => (
          <div key={name} title={why}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {settings.debug.value && <Profile page={page} />}
    </section>
  );
}

/** What the room's console says of its ticks and systems. Whoever may not know is told nothing and asks no more. */
function Profile({ page: { session } }: { page: Page }) {
  const text = useSignal("");
  const room = session.room.value;
  useEffect(() => {
    let over = false;
    const look = async () => {
      if (!room || over) return;
      const tick = await runCommand(room, "/tick");
      const profile = "text" in tick ? await runCommand(room, "/profile") : tick;
      if (over || !("text" in tick && "text" in profile)) return;
      text.value = `${tick.text}\n${profile.text}`;
      setTimeout(look, PROFILE_MS);
    };
    void look();
    return () => {
      over = true;
      text.value = "";
    };
  }, [room, text]);
  return text.value ? <pre data-testid="profile">{text.value}</pre> : null;
}
