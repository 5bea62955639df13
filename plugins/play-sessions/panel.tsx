import { useEffect, useState } from "preact/hooks";
import { definePanel, type PanelContext } from "roomkeep/client";

/** Play sessions that are shown at first. */
const SHOWN = 12;

/** A play session in the answer of `GET /v1/visits`. Times are ISO. */
interface PlaySession {
  characterId: string;
  game: string;
  roomId: string;
  /** Network address of the player, as the server saw it. */
  address: string;
  startedAt: string;
  /** Null: the session has not ended. */
  endedAt: string | null;
}

const style = `
.panel:has(.visits) { background:#fffaf3; }
.visits { max-height:44vh; overflow:auto; margin:.6em 0; } .visits li { display:grid; grid-template-columns:auto 1fr; gap:0 .6em; padding:.45em .2em; border-bottom:1px solid var(--line); }
.visits small { grid-column:1 / -1; } .visits span { color:var(--soft); font-weight:600; }
`;

/** The account's play sessions, behind the button "Where you were, and when". */
export const playSessionsPanel = definePanel({
  name: "play-sessions",
  title: "Play sessions",
  slot: "account",
  button: "Where you were, and when",
  style,
  render: (context) => <PlaySessions {...context} />,
});

/** The play sessions of the account with time and address, so that a stranger's session is noticed. */
function PlaySessions({ request, explain, characters, games }: PanelContext) {
  const [sessions, setSessions] = useState<readonly PlaySession[] | undefined>();
  const [problem, setProblem] = useState("");
  const [all, setAll] = useState(false);
  useEffect(() => {
    request<{ visits: PlaySession[] }>("GET", "/v1/visits").then(
      ({ visits }) => setSessions(visits),
      (error: unknown) => setProblem(explain(error)),
    );
  }, [request, explain]);
  if (problem) return <p class="problem">{problem}</p>;
  if (!sessions) return <p role="status">Loading…</p>;
  const names = new Map(characters.value.map(({ id, name }) => [id, name]));
  const labels = new Map(games.value.map(({ game, label }) => [game, label]));
  return (
    <>
      <p>If one of these sessions was not you, sign out on all devices and change your password.</p>
      <ul class="rooms visits">
        {sessions.slice(0, all ? undefined : SHOWN).map((session) => (
          <li key={session.startedAt + session.roomId}>
            <b>{names.get(session.characterId) ?? "A deleted character"}</b>{" "}
            <span>
              {labels.get(session.game) ?? session.game} {session.roomId.slice(0, 8)}
            </span>
            <small>
              {timesOf(session)}
              {session.address && ` · from ${session.address}`}
            </small>
          </li>
        ))}
      </ul>
      {sessions.length === 0 && <p>You have not played yet.</p>}
      {sessions.length > SHOWN && !all && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {sessions.length}
        </button>
      )}
    </>
  );
}

function timesOf({ startedAt, endedAt }: PlaySession): string {
  const began = new Date(startedAt);
  const day = began.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  const time = began.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  if (!endedAt) return `since ${day}, ${time} · there now`;
  const minutes = Math.max(1, Math.round((new Date(endedAt).getTime() - began.getTime()) / 60_000));
  return `${day}, ${time} · ${minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`}`;
}
