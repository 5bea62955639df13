import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { EventPort, KeptEvent } from "../../rooms/internal.ts";
import { openWriteQueue } from "../storage/write-queue.ts";
import { readEvents } from "./stored-events.ts";

/** The log of kept events: the port that rooms get. */
export interface EventLogPort extends EventPort {
  /** Writes all waiting rows. @throws DATABASE_UNAVAILABLE they go on waiting */
  flush(): Promise<void>;
  /** Writes all waiting rows and takes no more. */
  close(): Promise<void>;
}

/**
 * Opens the log of events that games marked `keep`. They are written a few times a second, in order, many in
 * one statement. A crash loses the events since the last write.
 *
 * @example
 * const events = openEventLog(database.ds, log);
 * events.keep({ game: "meadow", roomId, zone: "meadow", event });
 */
export function openEventLog(ds: DataSource, log: Pick<BaseLogger, "error" | "warn">): EventLogPort {
  type Row = KeptEvent & { readonly id: string };
  const queue = openWriteQueue<Row>("events", (batch) => insertEvents(ds, batch), log);
  return {
    flush: queue.flush,
    close: queue.close,
    async read(filter) {
      await queue.flush();
      return readEvents(ds, filter);
    },
    keep: (event) => queue.push({ ...event, id: randomUUID() }),
  };
}

/** The id is the event's own, so that a write whose answer was lost may be repeated. */
async function insertEvents(
  ds: DataSource,
  batch: readonly (KeptEvent & { readonly id: string })[],
): Promise<void> {
  const rows = batch.map(({ id, game, roomId, zone, event }) => {
    const { atMs, seq, name, actor, x, z, payload } = event;
    return { id, game, room_id: roomId, zone, at_ms: atMs, seq, name, actor, x, z, payload: payload ?? null };
  });
  await ds.query(
    `INSERT INTO event_log (id, game, room_id, zone, at_ms, seq, name, actor, x, z, payload)
     SELECT id, game, room_id, zone, at_ms, seq, name, actor, x, z, coalesce(payload, 'null'::jsonb)
     FROM jsonb_to_recordset($1::jsonb) AS event (id uuid, game text, room_id text, zone text,
       at_ms double precision, seq integer, name text, actor text, x double precision, z double precision,
       payload jsonb)
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(rows)],
  );
}
