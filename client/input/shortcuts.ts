import { EMOTES } from "../../shared/internal.ts";
import type { ItemsStore } from "../items/items-store.ts";
import type { Session } from "../network/session.ts";
import { isInRoom } from "../network/session-phase.ts";
import type { OverlayStore } from "../overlays.ts";
import type { SpectatorCamera } from "../scene/spectator-camera.ts";
import type { Settings } from "../settings.ts";
import { takesTyping } from "./input.ts";

/** How long an emote is shown, ms. */
const EMOTE_MS = 4_500;

/** Stores that the keys change. */
export interface ShortcutTargets {
  readonly session: Session;
  readonly overlays: OverlayStore;
  readonly items: ItemsStore;
  readonly settings: Settings;
  emote(index: number): void;
  /** Whether a world is shown. */
  isShown(): boolean;
  /** The camera of a spectator; undefined: the page plays. */
  camera(): SpectatorCamera | undefined;
}

/**
 * The keys of worlds: Enter goes to the chat, digits show emotes, H opens the help, B the bag, / and ` the
 * console; F takes the nearest item, F3 switches the debug drawing, Escape closes. Of a spectator: N goes to
 * the next person, F flies.
 */
export function listenToKeys(targets: ShortcutTargets): void {
  const { overlays, items, session } = targets;
  addEventListener("keydown", (event) => {
    if (!targets.isShown()) return;
    if (event.key === "Escape") {
      if (overlays.current.value === "none") items.close();
      overlays.close();
    }
    if (takesTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isInRoom(session.phase.value)) pressed(event, targets);
  });
}

function pressed(event: KeyboardEvent, targets: ShortcutTargets): void {
  const { overlays, items, settings, emote } = targets;
  const { current } = overlays;
  const camera = targets.camera();
  if (event.key === "F3") {
    // Browsers open their search with it.
    event.preventDefault();
    settings.debug.value = !settings.debug.value;
  }
  if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) {
    event.preventDefault();
    document.getElementById("say")?.focus();
  }
  if (event.key === "h" || event.key === "?") current.value = current.value === "help" ? "none" : "help";
  if (camera) {
    if (event.key === "n") camera.turn(1);
    if (event.key === "f") camera.free();
    return;
  }
  if (event.key === "/" || event.key === "`" || event.code === "Backquote") {
    event.preventDefault();
    current.value = "console";
  }
  if (event.key === "b" && items.bag.available.value) items.open.value = !items.open.value;
  if (event.key === "f" && items.nearby.value) items.interact(items.nearby.value);
  const digit = Number(event.key);
  if (digit >= 1 && digit <= EMOTES.length) emote(digit - 1);
}

/** Shows an emote for a while; the same one again ends it. */
export function openEmotes(session: Session): (index: number) => void {
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
