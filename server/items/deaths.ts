import type { Death, PileLeft } from "../../rooms/internal.ts";
import { type Refusal, refuse } from "../../shared/index.ts";
import type { Db } from "../storage/database.ts";
import { readPile } from "./containers.ts";

/** Inserts the death lock, in the transaction that fills the pile; a second death is refused. */
export async function lockDeath(db: Db, id: string, pile: string, zone: string): Promise<Refusal | null> {
  const made = await db.query<unknown[]>(
    `INSERT INTO death_lock (character, pile, zone) VALUES ($1, $2, $3)
     ON CONFLICT (character) DO NOTHING RETURNING character`,
    [id, pile, zone],
  );
  return made.length === 1 ? null : refuse("CHARACTER_DEAD");
}

/** The death of a character before its revival; null: it is alive. */
export async function deathOf(db: Db, id: string): Promise<Death | null> {
  const [death] = await db.query<Death[]>("SELECT pile, zone FROM death_lock WHERE character = $1", [id]);
  return death ?? null;
}

/** The piles of a zone that are not empty. A partial index has piles only, so that it stays small. */
export async function pilesIn(db: Db, zone: string): Promise<PileLeft[]> {
  const rows = await db.query<{ container: string }[]>(
    `SELECT DISTINCT container FROM item
     WHERE container LIKE 'pile:%' AND starts_with(container, $1) ORDER BY container`,
    [`pile:${zone}:`],
  );
  const piles = rows.flatMap(({ container }) => {
    const pile = readPile(container);
    return pile?.zone === zone ? [{ container, owner: pile.owner }] : [];
  });
  const names = await db.query<{ id: string; name: string }[]>(
    "SELECT id, name FROM character WHERE id = ANY($1::uuid[])",
    [piles.map(({ owner }) => owner)],
  );
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  return piles.map((pile) => ({ ...pile, name: nameOf.get(pile.owner) ?? "" }));
}

/** Ends a death. Refused: the character is alive. */
export async function endDeath(db: Db, id: string): Promise<Refusal | null> {
  const [, count] = await db.query<[unknown, number]>("DELETE FROM death_lock WHERE character = $1", [id]);
  return count === 1 ? null : refuse("ACTION_REFUSED", "Nobody died.");
}

/** Adds one kill of a kind. */
export async function countKill(db: Db, id: string, kind: string): Promise<null> {
  await db.query(
    `INSERT INTO kill_count (character, kind, kills) VALUES ($1, $2, 1)
     ON CONFLICT (character, kind) DO UPDATE SET kills = kill_count.kills + 1`,
    [id, kind],
  );
  return null;
}

/** Kills by kind. */
export async function killsOf(db: Db, id: string): Promise<Record<string, number>> {
  const rows = await db.query<{ kind: string; kills: number }[]>(
    "SELECT kind, kills FROM kill_count WHERE character = $1 ORDER BY kind",
    [id],
  );
  return Object.fromEntries(rows.map(({ kind, kills }) => [kind, kills]));
}
