import { setTimeout as sleep } from "node:timers/promises";
import { joinAs, type TestPlayer, type WhoJoins } from "roomkeep/testing";

/** Waits so many ms. */
export const pause = (ms: number) => sleep(Math.max(0, ms));

/**
 * Joins as a page does: tries again while the server does not answer. The process may be frozen.
 *
 * @throws the last refusal, after `ms`
 */
export async function joinSoon(url: string, game: string, who: WhoJoins, ms = 20_000): Promise<TestPlayer> {
  const until = performance.now() + ms;
  for (;;) {
    try {
      return await joinAs(url, game, who);
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(150);
    }
  }
}
