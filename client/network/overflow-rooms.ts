import { effect, type Signal, signal } from "@preact/signals";
import type { ServerMessages } from "../../shared/index.ts";
import type { Session } from "./session.ts";

/** The other rooms of the place that the open room belongs to. */
export interface OverflowRoomsStore {
  /** From the last answer of the server. */
  readonly others: Signal<ServerMessages["siblings"]["others"]>;
  /** Asks the server for them; `others` gets the answer. */
  refresh(): void;
  /** Changes to one, with the party if the player leads it. */
  changeTo(code: string): void;
}

/** Follows the overflow rooms through all rooms of a session. */
export function openOverflowRooms(session: Session): OverflowRoomsStore {
  const others: OverflowRoomsStore["others"] = signal([]);
  effect(() => {
    others.value = [];
    session.room.value?.onMessage("siblings", (answer: ServerMessages["siblings"]) => {
      others.value = answer.others;
    });
  });
  return {
    others,
    refresh: () => session.room.value?.send("siblings", {}),
    changeTo: (code) => session.room.value?.send("travel.sibling", { code }),
  };
}
