import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { AuditPort, CommandGiven } from "../../rooms/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { openWriteQueue } from "../storage/write-queue.ts";

/** The audit log: the port that rooms get. */
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

/**
 * Opens the audit log of console commands, with caller, room and outcome. The process's log has each of them
 * too.
 */
export function openAudit(ds: DataSource, log: Pick<BaseLogger, "info" | "error" | "warn">): Audit {
  type Row = CommandGiven & { readonly id: string; readonly at: Date };
  const queue = openWriteQueue<Row>("audit entries", (batch) => insertEntries(ds, batch), log);
  let lastMs = 0;
  return {
    flush: queue.flush,
    close: queue.close,
    note(given) {
      log.info({ audit: true, ...given }, "command");
      // Times are unique, so that entries keep their order.
      lastMs = Math.max(Date.now(), lastMs + 1);
      queue.push({ ...given, id: randomUUID(), at: new Date(lastMs) });
    },
  };
}

/** The id is the entry's own, so that a write whose answer was lost may be repeated. */
async function insertEntries(
  ds: DataSource,
  batch: readonly (CommandGiven & { readonly id: string; readonly at: Date })[],
): Promise<void> {
  const rows = batch.map(({ account, character, roomId, ...row }) => {
    return { ...row, account_id: account, character_id: character, room_id: roomId };
  });
  await ds.query(
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
