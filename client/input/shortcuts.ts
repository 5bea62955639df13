import { EMOTES } from "roomkeep/shared";
import type { Page } from "../page-state.ts";
import { takesTyping } from "./input.ts";

/** How long an emote is shown, ms. */
const EMOTE_MS = 4_500;

/** Enter to the chat, digits for emotes, H and Escape for panels, / and ` for the console, F3 for the debug drawing. */
export function listenToKeys(page: Page) {
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (page.overlay.value === "none") page.things.close();
      page.overlay.value = "none";
    }
    if (takesTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (page.session.phase.value !== "playing") return;
    if (event.key === "F3") {
      // Browsers open their search with it.
      event.preventDefault();
      page.settings.debug.value = !page.settings.debug.value;
    }
    if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      document.getElementById("say")?.focus();
    }
    if (event.key === "h" || event.key === "?")
      page.overlay.value = page.overlay.value === "help" ? "none" : "help";
    if (event.key === "/" || event.key === "`" || event.code === "Backquote") {
      event.preventDefault();
      page.overlay.value = "console";
    }
    const { things } = page;
    if (event.key === "b" && things.bag.available.value) things.open.value = !things.open.value;
    if (event.key === "f" && things.nearby.value) things.interact(things.nearby.value);
    const digit = Number(event.key);
    if (digit >= 1 && digit <= EMOTES.length) page.emote(digit - 1);
  });
}

/** Shows an emote for a while; the same one again ends it. */
export function openEmotes(session: Page["session"]): Page["emote"] {
  let shown = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    if (shown < 0) return;
    shown = -1;
    session.room.value?.send("emote", { emote: 0 });
  };
  return (index) => {
    clearTimeout(timer);
    if (shown === index) {
      end();
      return;
    }
    shown = index;
    session.room.value?.send("emote", { emote: index + 1 });
    timer = setTimeout(end, EMOTE_MS);
  };
}
