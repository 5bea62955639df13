import { randomUUID } from "node:crypto";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import type { Moderator } from "./sanctions.ts";

/** A note of a moderator about a player. Times are ISO. */
export interface NoteView {
  readonly id: string;
  readonly at: string;
  /** Name of the writer; empty: the account is gone. */
  readonly by: string;
  readonly text: string;
}

/** Writes a note. @throws ACCOUNT_UNKNOWN */
export async function writeNote(
  db: Db,
  accountId: string,
  text: string,
  by: Moderator,
): Promise<{ id: string }> {
  const id = randomUUID();
  const rows = await answerWithin(
    db.query<unknown[]>(
      `INSERT INTO player_note (id, account_id, written_by, written_by_name, text)
       SELECT $1, id, $3, $4, $5 FROM account WHERE id = $2 RETURNING id`,
      [id, accountId, by.accountId ?? null, by.accountId ? "" : (by.name ?? ""), text],
    ),
  );
  if (rows.length === 0) throw new RoomkeepError("ACCOUNT_UNKNOWN");
  return { id };
}

/** Notes about a player, the newest first. */
export async function listNotes(db: Db, accountId: string, limit: number): Promise<NoteView[]> {
  const rows = await answerWithin(
    db.query<{ id: string; at: Date; by: string; text: string }[]>(
      `SELECT note.id, at, COALESCE(account.name, account.id::text, written_by_name) AS "by", text
       FROM player_note AS note LEFT JOIN account ON account.id = written_by
       WHERE account_id = $1 ORDER BY at DESC, note.id LIMIT $2`,
      [accountId, limit],
    ),
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
