import type { Session } from "../network/session.ts";

/** A screen that is in no room: it opens one by itself, or says why it cannot. */
export function ScreenWait({ session, title }: { session: Session; title: string }) {
  const problem = session.problem.value;
  return (
    <main class="card door screen-wait">
      <h1>
        {title} <b>·</b>
      </h1>
      <p role="status">{problem ? "The room cannot be opened now." : "Opening the room…"}</p>
      <p class="problem" role="alert" hidden={!problem}>
        {problem}
      </p>
      {problem && (
        <button type="button" onClick={() => location.reload()}>
          Try again
        </button>
      )}
    </main>
  );
}
