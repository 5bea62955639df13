import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import { blankState } from "../persistence/character-state.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { type Appearance, checkAppearance } from "./appearance.ts";

/** Days in which a deleted character may be restored. */
export const RESTORE_DAYS = 7;

/** A character as its account sees it. */
export interface OwnCharacter extends Appearance {
  readonly id: string;
  /** True for the character of a join whose ticket names no other. */
  readonly chosen: boolean;
  /** When it was deleted; null: it was not. */
  readonly deletedAt: Date | null;
}

interface Row extends Appearance {
  id: string;
  deleted_at: Date | null;
}

/**
 * Lists the characters of an account: the chosen one first, then by age, at the end the deleted ones that can
 * be restored.
 */
export async function listCharacters(db: Db, accountId: string): Promise<OwnCharacter[]> {
  const rows = await answerWithin(
    db.query<Row[]>(
      `SELECT id, name, color, shape, deleted_at FROM character
       WHERE account_id = $1 AND (deleted_at IS NULL OR deleted_at > now() - interval '${RESTORE_DAYS} days')
       ORDER BY deleted_at IS NOT NULL, chosen_at DESC NULLS LAST, created_at, id`,
      [accountId],
    ),
  );
  return rows.map(({ id, name, color, shape, deleted_at }, at) => ({
    id,
    name,
    color,
    shape,
    chosen: at === 0 && deleted_at === null,
    deletedAt: deleted_at,
  }));
}

/**
 * Makes a character and chooses it.
 * @param max characters an account may have
 * @throws NAME_INVALID, LOOKS_INVALID, CHARACTERS_FULL nothing was made
 */
export async function createCharacter(
  ds: DataSource,
  accountId: string,
  looks: Appearance,
  max: number,
): Promise<OwnCharacter> {
  const checked = checkAppearance(looks);
  const id = randomUUID();
  await answerWithin(
    ds.transaction(async (db) => {
      await requireSpace(db, accountId, max);
      await insertCharacter(db, { id, accountId, looks: checked });
    }),
  );
  return { id, ...checked, chosen: true, deletedAt: null };
}

/** Inserts a new, blank character. `looks` must have been checked. */
export async function insertCharacter(
  db: Db,
  { id, accountId, looks }: { id: string; accountId: string; looks: Appearance },
): Promise<void> {
  await db.query(
    `INSERT INTO character (id, account_id, name, color, shape, state, chosen_at)
     VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
    [id, accountId, looks.name, looks.color, looks.shape, JSON.stringify(blankState())],
  );
}

/**
 * Locks the account's row and counts its characters: of two concurrent creations the second waits for the
 * first.
 */
async function requireSpace(db: Db, accountId: string, max: number): Promise<void> {
  await db.query("SELECT 1 FROM account WHERE id = $1 FOR UPDATE", [accountId]);
  const rows = await db.query<{ count: string }[]>(
    "SELECT count(*) AS count FROM character WHERE account_id = $1 AND deleted_at IS NULL",
    [accountId],
  );
  if (Number(rows[0]?.count ?? 0) >= max) {
    throw new RoomkeepError("CHARACTERS_FULL", `An account may have ${max} characters. Delete one first.`);
  }
}

/**
 * Chooses the character that plays.
 * @throws CHARACTER_MISSING
 */
export function chooseCharacter(db: Db, accountId: string, id: string): Promise<void> {
  return change(
    db,
    "UPDATE character SET chosen_at = clock_timestamp()",
    "deleted_at IS NULL",
    accountId,
    id,
  );
}

/**
 * Deletes a character that is in no room. It may be restored for {@link RESTORE_DAYS} days; its items and
 * coins stay with it, so that the ledger's sums hold.
 *
 * @throws CHARACTER_MISSING
 * @throws CHARACTER_LIVE it is in a room, or travels
 */
export async function deleteCharacter(db: Db, accountId: string, id: string): Promise<void> {
  const free =
    "deleted_at IS NULL AND (owner IS NULL OR lease_until < now()) AND (transfer_nonce IS NULL OR transfer_until < now())";
  await change(db, "UPDATE character SET deleted_at = now()", free, accountId, id).catch(async (error) => {
    const rows = await answerWithin(
      db.query<unknown[]>(
        "SELECT 1 FROM character WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL",
        [id, accountId],
      ),
    );
    throw rows.length > 0 ? new RoomkeepError("CHARACTER_LIVE") : error;
  });
}

/**
 * Undoes a deletion.
 * @throws CHARACTER_MISSING it was not deleted, or too long ago
 * @throws CHARACTERS_FULL
 */
export async function restoreCharacter(
  ds: DataSource,
  accountId: string,
  id: string,
  max: number,
): Promise<void> {
  await answerWithin(
    ds.transaction(async (db) => {
      await requireSpace(db, accountId, max);
      const deleted = `deleted_at > now() - interval '${RESTORE_DAYS} days'`;
      await change(db, "UPDATE character SET deleted_at = NULL", deleted, accountId, id);
    }),
  );
}

/** Updates the character `$1` of the account `$2`, never another account's. */
async function change(db: Db, update: string, where: string, accountId: string, id: string): Promise<void> {
  const [, count] = await answerWithin(
    db.query<[unknown, number]>(`${update} WHERE id = $1 AND account_id = $2 AND ${where}`, [id, accountId]),
  );
  if (count !== 1) throw new RoomkeepError("CHARACTER_MISSING");
}

/** Whether a character of the account is in a room. @throws DATABASE_UNAVAILABLE no answer within 5 s */
export async function isInRoom(db: Db, accountId: string, roomId: string): Promise<boolean> {
  const rows = await answerWithin(
    db.query<unknown[]>("SELECT 1 FROM character WHERE account_id = $1 AND room_id = $2 LIMIT 1", [
      accountId,
      roomId,
    ]),
  );
  return rows.length > 0;
}
