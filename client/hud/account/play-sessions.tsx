import { useEffect, useState } from "preact/hooks";
import type { PlaySession } from "../../network/api.ts";
import { explain } from "../../network/error-messages.ts";
import type { Page } from "../../page-state.ts";

/** Visits that are shown at first. */
const SHOWN = 12;

/** Which character was where, when, and from which address: so that a stranger's visit is seen. */
export function PlaySessions({ page }: { page: Page }) {
  const { readVisits, account, games } = page;
  const [visits, setVisits] = useState<readonly PlaySession[] | undefined>();
  const [problem, setProblem] = useState("");
  const [all, setAll] = useState(false);
  useEffect(() => {
    readVisits().then(setVisits, (error: unknown) => setProblem(explain(error)));
  }, [readVisits]);
  if (problem) return <p class="problem">{problem}</p>;
  if (!visits) return <p role="status">One moment…</p>;
  const names = new Map(account.characterList.characters.value.map(({ id, name }) => [id, name]));
  const labels = new Map(games.value.map(({ game, label }) => [game, label]));
  return (
    <>
      <p>Is there a visit that was not you? Then sign out on all devices and change your password.</p>
      <ul class="rooms visits">
        {visits.slice(0, all ? undefined : SHOWN).map((visit) => (
          <li key={visit.startedAt + visit.roomId}>
            <b>{names.get(visit.characterId) ?? "A character that is gone"}</b>{" "}
            <span>
              {labels.get(visit.game) ?? visit.game} {visit.roomId.slice(0, 8)}
            </span>
            <small>
              {whenOf(visit)}
              {visit.address && ` · from ${visit.address}`}
            </small>
          </li>
        ))}
      </ul>
      {visits.length === 0 && <p>No visit yet.</p>}
      {visits.length > SHOWN && !all && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {visits.length}
        </button>
      )}
    </>
  );
}

function whenOf({ startedAt, endedAt }: PlaySession): string {
  const began = new Date(startedAt);
  const day = began.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  const time = began.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  if (!endedAt) return `since ${day}, ${time} · there now`;
  const minutes = Math.max(1, Math.round((new Date(endedAt).getTime() - began.getTime()) / 60_000));
  return `${day}, ${time} · ${minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`}`;
}
