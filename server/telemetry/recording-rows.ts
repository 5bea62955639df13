import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";

/** A kept recording, without its lines. */
export interface KeptRow {
  readonly id: string;
  /** When it was kept. */
  readonly at: Date;
  readonly roomId: string;
  readonly game: string;
  readonly fromTick: number;
  readonly toTick: number;
  readonly from: Date;
  readonly to: Date;
  readonly reason: string;
  readonly by: string;
  readonly about: string;
  /** Version of roomkeep that recorded it. */
  readonly version: string;
  /** Of the recording, as gzip. */
  readonly bytes: number;
}

/** Which kept recordings are listed; all that is given has to fit. */
export interface KeptFilter {
  readonly game?: string | undefined;
  readonly roomId?: string | undefined;
  readonly about?: string | undefined;
  readonly account?: string | undefined;
  /** Older ones than this moment. */
  readonly before?: Date | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

const COLUMNS = `id, at, room_id AS "roomId", game, from_tick AS "fromTick", to_tick AS "toTick", from_at AS "from",
  to_at AS "to", reason, by, about, version, bytes`;

/** Kept recordings, the newest first. @throws DATABASE_UNAVAILABLE */
export function listKept(db: Db, filter: KeptFilter): Promise<KeptRow[]> {
  const { game = null, roomId = null, about = null, account = null, before = null, limit } = filter;
  return answerWithin(
    db.query(
      `SELECT ${COLUMNS} FROM kept_recording
       WHERE ($1::text IS NULL OR game = $1) AND ($2::text IS NULL OR room_id = $2)
         AND ($3::text IS NULL OR about = $3) AND ($4::uuid IS NULL OR account_ids @> ARRAY[$4::uuid])
         AND ($5::timestamptz IS NULL OR at < $5)
       ORDER BY at DESC, id LIMIT $6`,
      [game, roomId, about, account, before, limit],
    ),
  );
}

/**
 * A kept recording with its lines as gzip.
 *
 * @throws RECORDING_UNKNOWN, DATABASE_UNAVAILABLE
 */
export async function readKept(db: Db, id: string): Promise<KeptRow & { readonly gzip: Buffer }> {
  const [row] = await answerWithin(
    db.query<(KeptRow & { gzip: Uint8Array })[]>(
      `SELECT ${COLUMNS}, recording AS gzip FROM kept_recording WHERE id::text = $1`,
      [id.toLowerCase()],
    ),
  );
  if (!row) throw new RoomkeepError("RECORDING_UNKNOWN");
  return { ...row, gzip: Buffer.from(row.gzip) };
}

/** Those in which an account's players were. */
export const keptOf = (db: Db, account: string): Promise<KeptRow[]> =>
  listKept(db, { account, limit: 1_000 });

/** An account is deleted: what shows its players goes with it. */
export async function deleteKeptOf(db: Db, account: string): Promise<void> {
  await db.query("DELETE FROM kept_recording WHERE account_ids @> ARRAY[$1::uuid]", [account]);
}
