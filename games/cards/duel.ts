import { defineQueue, type Matchmaking } from "../../plugins/matchmaking/index.ts";

/** Last Leaf for two of like skill, who find each other. */
export const cardsDuel = defineQueue("last-leaf", {
  label: "Last Leaf for two",
  game: "cards",
  teams: [{ size: 1 }, { size: 1 }],
  ready: { seconds: 30 },
});

/**
 * Rates the match that a room was opened for: whose side has the winner is before the other. A room of a code
 * has none, and of several games in one room the first counts.
 *
 * @param winner account; undefined: a bot has won, and nobody is rated
 */
export async function rateDuel(
  matches: Pick<Matchmaking, "matchOf" | "result">,
  roomId: string,
  winner: string | undefined,
): Promise<void> {
  const match = await matches.matchOf(roomId);
  if (!match || match.isRated) return;
  const sides = match.teams.map((team) => team.map(({ account }) => account));
  if (!sides.some((side) => side.some((account) => account === winner))) return;
  await matches.result(
    match.id,
    sides.map((accounts) => ({ accounts, rank: accounts.some((one) => one === winner) ? 1 : 2 })),
  );
}
