import type { Db, Retention } from "roomkeep/server";
import type { ChannelName } from "../kind.ts";

/** Lines that one statement deletes. */
const BATCH = 1_000;
/** Channels that one sweep shortens: the others follow ten minutes later. */
const CHANNELS = 500;

/** Lines go at the time that was written with them, and the oldest of a channel that has too many. */
export const chatRetention = (): Retention[] => [
  { table: "chat_line", column: "expires_at", days: 0 },
  { sweep: shortenChannels },
];

/**
 * Deletes the oldest lines of channels with more than they keep. By the limits in their rows: it needs no
 * plugin that knows their kind. Several processes may do it at the same time.
 */
export async function shortenChannels(db: Db): Promise<void> {
  const over = await db.query<(ChannelName & { n: string | null })[]>(
    `SELECT c.kind, c.id, (
       SELECT l.n FROM chat_line AS l WHERE l.kind = c.kind AND l.id = c.id
       ORDER BY l.n DESC OFFSET c.lines_max LIMIT 1) AS n
     FROM chat_channel AS c WHERE c.last_n - c.from_n > c.lines_max LIMIT ${CHANNELS}`,
  );
  for (const { kind, id, n } of over) {
    for (let deleted = n === null ? 0 : BATCH; deleted === BATCH; ) {
      const [row] = await db.query<{ n: number }[]>(
        `WITH gone AS (
           DELETE FROM chat_line WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM chat_line WHERE kind = $1 AND id = $2 AND n <= $3::bigint LIMIT ${BATCH}
           )) RETURNING 1
         ) SELECT count(*)::int AS n FROM gone`,
        [kind, id, n],
      );
      deleted = row?.n ?? 0;
    }
    // Numbers of changes are no lines: it is not looked at again before as many lines have come as it keeps.
    await db.query(
      `UPDATE chat_channel SET from_n = COALESCE($3::bigint, GREATEST(from_n, last_n - lines_max))
       WHERE kind = $1 AND id = $2`,
      [kind, id, n],
    );
  }
}
