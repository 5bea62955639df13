import type { Session } from "../../network/session.ts";

/** Shows why the session has ended, and a button to go on. */
export function DisconnectScreen({ session }: { session: Session }) {
  const phase = session.phase.value;
  if (phase.kind !== "ended") return null;
  const { title, text, action } = phase.notice;
  return (
    <div class="over" role="dialog" aria-modal="true" aria-labelledby="farewell">
      <div class="panel">
        <h2 id="farewell">{title}</h2>
        <p>{text}</p>
        <button class="go" type="button" onClick={() => session.restart()}>
          {action}
        </button>
      </div>
    </div>
  );
}
