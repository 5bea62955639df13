import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Api, MatchEntry } from "../network/api.ts";
import type { Session } from "../network/session.ts";
import type { GameViews } from "../view.ts";

/** How often "my games" are read while the join form is open, ms. */
const LIST_MS = 10_000;

/**
 * Reads the matches that the account plays in, while the join form is open: those of games that this page
 * has a view for. Empty for whoever is not signed in, and while the server does not answer.
 */
export function watchMyGames(
  session: Session,
  api: Api,
  views: GameViews,
): ReadonlySignal<readonly MatchEntry[]> {
  const matches = signal<readonly MatchEntry[]>([]);
  const read = async () => {
    if (session.phase.value.kind !== "idle" || document.hidden) return;
    try {
      const all = api.tokens.token ? (await api.matches()).matches : [];
      matches.value = all.filter(({ game }) => game in views);
    } catch {
      // The list of rooms says why the server does not answer.
      matches.value = [];
    }
  };
  setInterval(() => void read(), LIST_MS);
  effect(() => {
    if (session.phase.value.kind === "idle") void read();
  });
  return matches;
}
