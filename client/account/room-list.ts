import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Api, GameEntry, RoomEntry } from "../network/api.ts";
import { explain } from "../network/error-messages.ts";
import type { Session } from "../network/session.ts";
import { tellMissingViews } from "../shown-view.ts";
import type { GameViews } from "../view.ts";

/** How often the room list is read while it is shown, ms. */
const LIST_MS = 4_000;

/** The open rooms and the games on offer that this page has a view for. */
export interface RoomListStore {
  readonly rooms: ReadonlySignal<readonly RoomEntry[]>;
  readonly games: ReadonlySignal<readonly GameEntry[]>;
  /** Why the list could not be read, for people; empty. */
  readonly problem: ReadonlySignal<string>;
}

/** Reads rooms and games again and again while the join form is open. */
export function watchRoomList(session: Session, api: Api, views: GameViews): RoomListStore {
  const rooms = signal<readonly RoomEntry[]>([]);
  const games = signal<readonly GameEntry[]>([]);
  const problem = signal("");
  const read = async () => {
    if (session.phase.value.kind !== "idle" || document.hidden) return;
    try {
      const answer = await api.rooms();
      rooms.value = answer.rooms.filter(({ game }) => game in views);
      problem.value = "";
      tellMissingViews(
        answer.games.map(({ game }) => game),
        views,
      );
      games.value = answer.games.filter(({ game }) => game in views);
    } catch (error) {
      rooms.value = [];
      problem.value = explain(error);
    }
  };
  setInterval(() => void read(), LIST_MS);
  effect(() => {
    if (session.phase.value.kind === "idle") void read();
  });
  return { rooms, games, problem };
}
