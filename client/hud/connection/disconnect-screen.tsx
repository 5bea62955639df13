import type { HudStore } from "../../hud-store.ts";
import type { Session } from "../../network/session.ts";
import { SanctionDetails } from "./sanction.tsx";

/** Shows why the session has ended, and a button to go on. */
export function DisconnectScreen({ session, hud }: { session: Session; hud: HudStore }) {
  const phase = session.phase.value;
  if (phase.kind !== "ended") return null;
  const { title, text, action, kind } = phase.notice;
  const sanction = kind === "banned" || kind === "kicked" ? hud.sanction.value : undefined;
  return (
    <div class="over" role="dialog" aria-modal="true" aria-labelledby="farewell">
      <div class="panel">
        <h2 id="farewell">{title}</h2>
        <p>{text}</p>
        {sanction && <SanctionDetails sanction={sanction} />}
        <button
          class="go"
          type="button"
          onClick={() => {
            hud.sanction.value = undefined;
            session.restart();
          }}
        >
          {action}
        </button>
      </div>
    </div>
  );
}
