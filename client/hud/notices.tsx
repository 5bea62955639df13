import { useEffect } from "preact/hooks";
import type { HudStore } from "../hud-store.ts";
import type { Session } from "../network/session.ts";

/** How long a notice is shown, ms. */
const NOTICE_MS = 4_000;

/** Says that the connection is away and that the page comes back by itself. */
export function ReconnectBanner({ session }: { session: Session }) {
  const phase = session.phase.value;
  if (phase.kind !== "reconnecting") return null;
  return (
    <div class="banner" role="status">
      <span class="spin" />
      {phase.text}
    </div>
  );
}

/** A short line in the middle that fades by itself. */
export function NoticeLine({ hud }: { hud: HudStore }) {
  const text = hud.notice.value;
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => {
      hud.notice.value = "";
    }, NOTICE_MS);
    return () => clearTimeout(timer);
  }, [text, hud]);
  return text ? (
    <div class="notice" role="status">
      {text}
    </div>
  ) : null;
}
