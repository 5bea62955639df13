import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { PlaySessionPort } from "../../rooms/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";

/** Visits of a process. */
export interface PlaySessions extends PlaySessionPort {
  /** Waits for what is still being written. */
  close(): Promise<void>;
}

/**
 * Opens the visits of a process. They are notes, not a promise: while the database is away they are lost, with a line
 * in the log, and nobody waits for them.
 */
export function openPlaySessions(
  ds: DataSource,
  { incarnation, log }: { incarnation: string; log: Pick<BaseLogger, "warn"> },
): PlaySessions {
  const pending = new Set<Promise<unknown>>();
  /** Beginnings that are still being written: an end waits for its own. */
  const begun = new Map<string, Promise<unknown>>();
  const write = (visit: string, work: Promise<unknown>) => {
    const written: Promise<unknown> = answerWithin(work)
      .catch((error) => log.warn({ err: error, visit }, "a visit was not written"))
      .finally(() => pending.delete(written));
    pending.add(written);
    return written;
  };
  return {
    begin({ identity, game, roomId, epoch }) {
      const id = randomUUID();
      const written = write(
        id,
        ds.query(
          `INSERT INTO visit (id, account_id, character_id, game, room_id, process, epoch, address, started_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          [
            id,
            identity.accountId,
            identity.characterId,
            game,
            roomId,
            incarnation,
            epoch,
            identity.address,
            new Date(),
          ],
        ),
      );
      begun.set(id, written);
      void written.then(() => begun.delete(id));
      return id;
    },
    end(id, ending) {
      const values = [id, new Date(), ending];
      const end = async () => {
        await begun.get(id);
        await ds.query("UPDATE visit SET ended_at = $2, ending = $3 WHERE id = $1", values);
      };
      write(id, end());
    },
    async close() {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
  };
}

/** The latest hundred visits of an account, newest first. */
export async function listPlaySessions(db: Db, accountId: string) {
  const rows = await answerWithin(
    db.query<VisitRow[]>(
      `SELECT character_id, game, room_id, address, started_at, ended_at, ending FROM visit
       WHERE account_id = $1 ORDER BY started_at DESC LIMIT 100`,
      [accountId],
    ),
  );
  return rows.map((row) => ({
    characterId: row.character_id,
    game: row.game,
    roomId: row.room_id,
    address: row.address,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    ending: row.ending,
  }));
}

interface VisitRow {
  character_id: string;
  game: string;
  room_id: string;
  address: string;
  started_at: Date;
  ended_at: Date | null;
  ending: string | null;
}
