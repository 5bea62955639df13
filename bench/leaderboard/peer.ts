import type { Leaderboards } from "../../plugins/leaderboards/leaderboards.ts";
import { BOARD } from "./fill.ts";

/** A player of the bench. */
export interface Player {
  readonly accountId: string;
  readonly characterId: string;
  /** At the beginning. */
  readonly score: number;
}

/** A leaderboard that is measured. */
export interface Peer {
  /** Reads a page around a player. @returns the player's rank, from 1 */
  around(player: Player, beside: number): Promise<number>;
  /** Submits a score, of which the best stands. */
  submit(player: Player, score: number): Promise<unknown>;
}

/** The plugin as rooms and routes call it. */
export function openOurs(boards: Leaderboards): Peer {
  return {
    async around({ accountId }, beside) {
      const { places } = await boards.around(BOARD.name, accountId, beside);
      return places.find((place) => place.accountId === accountId)?.rank ?? 0;
    },
    async submit({ accountId, characterId }, score) {
      const claim = { sheet: { id: characterId, accountId } } as Parameters<
        Leaderboards["submit"]
      >[0]["claim"];
      const answer = await boards.submit({ claim }, BOARD.name, score);
      if (!answer.ok) throw new Error(answer.reason);
    },
  };
}
