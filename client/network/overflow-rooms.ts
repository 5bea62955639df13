import { effect, type Signal, signal } from "@preact/signals";
import type { ServerMessages } from "roomkeep/shared";
import type { Session } from "./session.ts";

/** The other rooms of the place that one is in. */
export interface OverflowRoomsStore {
  /** As the server told last. */
  readonly others: Signal<ServerMessages["siblings"]["others"]>;
  /** Asks the server for them; `others` tells. */
  refresh(): void;
  /** Changes over to one, with the party if one leads it. */
  changeTo(code: string): void;
}

/** Follows them through all rooms of a session. */
export function openOverflowRooms(session: Session): OverflowRoomsStore {
  const others: OverflowRoomsStore["others"] = signal([]);
  effect(() => {
    others.value = [];
    session.room.value?.onMessage("siblings", (told: ServerMessages["siblings"]) => {
      others.value = told.others;
    });
  });
  return {
    others,
    refresh: () => session.room.value?.send("siblings", {}),
    changeTo: (code) => session.room.value?.send("travel.sibling", { code }),
  };
}
