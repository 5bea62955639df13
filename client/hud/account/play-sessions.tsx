import { useEffect, useState } from "preact/hooks";
import type { Account } from "../../account/account.ts";
import type { RoomListStore } from "../../account/room-list.ts";
import type { PlaySession } from "../../network/api.ts";
import { explain } from "../../network/error-messages.ts";

/** Play sessions that are shown at first. */
const SHOWN = 12;

interface PlaySessionsProps {
  account: Account;
  /** For their labels. */
  games: RoomListStore["games"];
}

/** The play sessions of the account with time and address, so that a stranger's session is noticed. */
export function PlaySessions({ account, games }: PlaySessionsProps) {
  const [sessions, setSessions] = useState<readonly PlaySession[] | undefined>();
  const [problem, setProblem] = useState("");
  const [all, setAll] = useState(false);
  useEffect(() => {
    account.playSessions().then(setSessions, (error: unknown) => setProblem(explain(error)));
  }, [account]);
  if (problem) return <p class="problem">{problem}</p>;
  if (!sessions) return <p role="status">Loading…</p>;
  const names = new Map(account.characterList.characters.value.map(({ id, name }) => [id, name]));
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
