import { type Tagger, touchedBy } from "./rules.ts";
import type { TagState } from "./state.ts";

/** A round as a room's snapshot has it. */
export interface RoundSave {
  readonly graceTicks: number;
  /** Ticks free, by session id. */
  readonly freeTicks: readonly (readonly [id: string, ticks: number])[];
}

/**
 * One round of tag: the player who is *it*, the grace time, the seconds free. It counts ticks and reads no
 * clock.
 */
export interface Round<T extends Tagger> {
  /** Makes a player *it*; the grace time begins. */
  makeIt(player: T): void;
  /**
   * Makes another player *it* when *it* left or dropped; when all have dropped, the first one who returns.
   * @returns the new *it*, undefined when nothing changed
   */
  keepIt(playing: readonly T[]): T | undefined;
  /** One tick of play: a touch passes *it* on, and every other player is free for this long. */
  tick(playing: readonly T[]): void;
  /** The round as JSON, for {@link openRound}. */
  save(): RoundSave;
}

/**
 * Opens a round with one of the team as *it*, or continues a saved one.
 *
 * @param graceS seconds in which a new *it* cannot tag
 * @param random the room's own, numbers in [0, 1)
 */
export function openRound<T extends Tagger>(
  state: TagState,
  team: readonly T[],
  { tickHz, graceS, random }: { tickHz: number; graceS: number; random: () => number },
  saved?: RoundSave,
): Round<T> {
  /** Ticks free, by session id. */
  const freeTicks = new Map(saved?.freeTicks);
  let graceTicks = saved?.graceTicks ?? 0;

  const makeIt = (player: T) => {
    state.it = player.sessionId;
    graceTicks = Math.round(graceS * tickHz);
    state.grace = graceTicks > 0;
  };
  const chooseIt = (from: readonly T[]): T | undefined => {
    const chosen = from[Math.floor(random() * from.length)];
    if (chosen) makeIt(chosen);
    return chosen;
  };
  const passOn = (it: T, playing: readonly T[]) => {
    const touched = touchedBy(it, playing);
    if (!touched) return;
    it.avatar.tags++;
    makeIt(touched);
  };

  if (!saved) chooseIt(team);
  return {
    makeIt,
    keepIt(playing) {
      const it = playing.find(({ sessionId }) => sessionId === state.it);
      if (it && !it.avatar.away) return undefined;
      return chooseIt(playing.filter(({ avatar }) => !avatar.away));
    },
    tick(playing) {
      const it = playing.find(({ sessionId }) => sessionId === state.it);
      for (const player of playing) {
        if (player === it || player.avatar.away) continue;
        const ticks = (freeTicks.get(player.sessionId) ?? 0) + 1;
        freeTicks.set(player.sessionId, ticks);
        player.avatar.freeS = Math.floor(ticks / tickHz);
      }
      graceTicks = Math.max(0, graceTicks - 1);
      state.grace = graceTicks > 0;
      if (it && !it.avatar.away && !state.grace) passOn(it, playing);
    },
    save: () => ({ graceTicks, freeTicks: [...freeTicks] }),
  };
}
