import { useEffect } from "preact/hooks";
import type { HudStore } from "../hud-store.ts";

/** How long a notice is shown, ms: a while, and longer the more there is to read. */
const noticeMs = (text: string): number => 4_000 + 60 * text.length;

/** A short line in the middle that fades by itself. */
export function NoticeLine({ hud }: { hud: HudStore }) {
  const text = hud.notice.value;
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => {
      hud.notice.value = "";
    }, noticeMs(text));
    return () => clearTimeout(timer);
  }, [text, hud]);
  return text ? (
    <div class="notice" role="status">
      {text}
    </div>
  ) : null;
}
