import type { AuditEntry } from "../api/shapes.ts";

/** Entries with a text somewhere, of an outcome: `done`, `refused` (all others), or empty for all. */
export function entriesThat(entries: readonly AuditEntry[], text: string, outcome: string): AuditEntry[] {
  const wanted = text.trim().toLowerCase();
  return entries
    .filter((entry) => outcome === "" || (outcome === "done") === (entry.outcome === "done"))
    .filter((entry) => wanted === "" || wordsOf(entry).includes(wanted));
}

const wordsOf = ({ caller, role, account, character, game, roomId, line, outcome }: AuditEntry): string =>
  [caller, role, account, character, game, roomId, line, outcome].filter(Boolean).join(" ").toLowerCase();
