import { AUTOSAVE_MS } from "../../shared/internal.ts";
import type { RoomTime } from "../phases/phase-clock.ts";
import type { RoomPlayer } from "../player.ts";
import { type AutosaveHost, saveIfDue } from "./character-saves.ts";

/** Least room time between two saves of a room, ms. */
const PACE_MS = 1_000;

/** Saves of a room without ticks: a timer runs only while some player's stats wait to be saved. */
export class DueSaves<P extends RoomPlayer> {
  readonly #host: AutosaveHost<P>;
  readonly #time: RoomTime;
  #timer: { clear(): void } | undefined;

  constructor(host: AutosaveHost<P>, time: RoomTime) {
    this.#host = host;
    this.#time = time;
  }

  /** Looks whether a save is due, and comes back when one will be. */
  look(): void {
    if (this.#timer) return;
    let due = Number.POSITIVE_INFINITY;
    for (const player of this.#host.players.values())
      if (this.#host.isDirty(player)) due = Math.min(due, player.savedAt + AUTOSAVE_MS);
    if (due === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#time.later(Math.max(PACE_MS, due - this.#time.now()), () => {
      this.#timer = undefined;
      saveIfDue(this.#host, this.#time.now());
      this.look();
    });
  }
}
