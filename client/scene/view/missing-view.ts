import type { GameViews } from "../../view.ts";

/** The page has no view for a game of its server. */
export const missingView = (game: string): string => `This page has no view for the game "${game}".`;

const told = new Set<string>();

/** Tells the builder, once a game, in the browser's console. */
export function tellMissingViews(games: Iterable<string>, views: GameViews): void {
  for (const game of games) {
    if (game in views || told.has(game)) continue;
    told.add(game);
    console.error(`roomkeep: ${missingView(game)} Add it to \`views\` of startPage.`);
  }
}
