import { effect } from "@preact/signals";
import type { Api } from "../network/api.ts";
import { explain } from "../network/error-messages.ts";
import type { Page } from "../page-state.ts";
import type { GameViews } from "../view.ts";

/** How often the room list is read while it is shown, ms. */
const LIST_MS = 4_000;
/** Reads rooms and games again and again while the door screen is open. */
export function watchRooms(page: Page, api: Api, views: GameViews) {
  const read = async () => {
    if (page.session.phase.value !== "door" || document.hidden) return;
    try {
      const { rooms, games } = await api.rooms();
      // What this page has no view for cannot be shown.
      page.rooms.value = rooms.filter(({ game }) => game in views);
      page.offline.value = "";
      page.games.value = games.filter(({ game }) => game in views);
    } catch (error) {
      page.rooms.value = [];
      page.offline.value = explain(error);
    }
  };
  setInterval(() => void read(), LIST_MS);
  effect(() => {
    if (page.session.phase.value === "door") void read();
  });
}
