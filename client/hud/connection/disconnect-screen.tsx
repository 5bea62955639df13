import type { Session } from "../../network/session.ts";

/** Says why the session has ended and offers a way on. */
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
