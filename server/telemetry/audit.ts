import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource, EntityManager } from "typeorm";
import type { AuditPort, CommandGiven } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { openWriteQueue } from "../storage/write-queue.ts";

/** The audit log: the port that rooms get. Entries of what is no room's have an empty game and room. */
export interface Audit extends AuditPort {
  /** Writes all waiting rows. @throws DATABASE_UNAVAILABLE they go on waiting */
  flush(): Promise<void>;
  /** Writes all waiting rows and takes no more. */
  close(): Promise<void>;
}

/** A row of the audit log. */
export interface AuditRow extends CommandGiven {
  /** When it was given, by the clock of the process. */
  readonly at: Date;
}

/** A privileged action outside of a room, before its outcome is known. */
export type Deed = Pick<CommandGiven, "caller" | "role" | "line"> & { readonly account?: string };

/** The entry of an action that belongs to no room. */
export function entryOf({ account, ...deed }: Deed, outcome: string): CommandGiven {
  return { ...deed, account, character: undefined, game: "", roomId: "", outcome };
}

type Row = CommandGiven & { readonly id: string; readonly at: Date };

/**
 * Opens the audit log: who commanded what, where, and what came of it. It stands in the process's log as
 * well.
 */
export function openAudit(ds: DataSource, log: Pick<BaseLogger, "info" | "error" | "warn">): Audit {
  const queue = openWriteQueue<Row>("audit entries", (batch) => insertEntries(ds, batch), log);
  let lastMs = 0;
  return {
    flush: queue.flush,
    close: queue.close,
    async note(given) {
      log.info({ audit: true, ...given }, "command");
      // Times are unique, so that entries keep their order.
      lastMs = Math.max(Date.now(), lastMs + 1);
      if (!queue.push({ ...given, id: randomUUID(), at: new Date(lastMs) }))
        throw new RoomkeepError("DATABASE_UNAVAILABLE", "The audit log takes no more entries.");
      await queue.flush();
    },
  };
}

/**
 * Does something privileged in the database, and its audit entry, in one transaction: neither is ever without
 * the other. What is refused has an entry too.
 *
 * @param work gets the transaction's manager. @throws RoomkeepError it is refused
 */
export async function audited<T>(
  ds: DataSource,
  deed: Deed,
  work: (db: EntityManager) => Promise<T>,
): Promise<T> {
  try {
    return await ds.transaction(async (db) => {
      const result = await work(db);
      await noteDeed(db, deed, "done");
      return result;
    });
  } catch (error) {
    if (error instanceof RoomkeepError && error.code !== "DATABASE_UNAVAILABLE")
      await noteDeed(ds, deed, error.code);
    throw error;
  }
}

/** Writes one entry. @throws DATABASE_UNAVAILABLE */
export async function noteDeed(db: Db, deed: Deed, outcome: string): Promise<void> {
  await answerWithin(insertEntries(db, [{ ...entryOf(deed, outcome), id: randomUUID(), at: new Date() }]));
}

/** What PostgreSQL cannot hold would keep every later entry waiting. */
const storable = (line: string) => Buffer.from(line.replaceAll("\0", "\u{fffd}")).toString();

/** The id is the entry's own, so that a write whose answer was lost may be repeated. */
async function insertEntries(db: Db, batch: readonly Row[]): Promise<void> {
  const rows = batch.map(({ account, character, roomId, line, ...row }) => {
    return { ...row, line: storable(line), account_id: account, character_id: character, room_id: roomId };
  });
  await db.query(
    `INSERT INTO audit_entry (id, at, caller, role, account_id, character_id, game, room_id, line, outcome)
     SELECT id, at, caller, role, account_id, character_id, game, room_id, line, outcome
     FROM jsonb_to_recordset($1::jsonb) AS entry (id uuid, at timestamptz, caller text, role text, account_id uuid,
       character_id uuid, game text, room_id text, line text, outcome text)
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** The last entries, newest first. @param last how many, 1 and up */
export async function readAudit(db: Db, last: number): Promise<AuditRow[]> {
  return answerWithin(
    db.query(
      `SELECT at, caller, role, account_id AS account, character_id AS character, game, room_id AS "roomId", line, outcome
       FROM audit_entry ORDER BY at DESC, id LIMIT $1`,
      [last],
    ),
  );
}
