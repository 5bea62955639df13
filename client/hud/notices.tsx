import { useEffect } from "preact/hooks";
import type { HudStore } from "../hud-store.ts";

/** How long a notice is shown, ms. */
const NOTICE_MS = 4_000;

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
