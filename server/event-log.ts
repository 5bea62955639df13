import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { EventPort, KeptEvent } from "../rooms/ports.ts";
import { answerWithin } from "./db.ts";

/** Milliseconds that an event waits for others to be written with. */
const WRITE_MS = 250;
/** Most events in one statement. */
const BATCH = 500;
/** Most events that wait while the database is away; what comes after is lost, and told. */
const WAITING_MAX = 10_000;
/** Tries to write what is left at the end. */
const LAST_TRIES = 3;

/** The log of kept events: the port that rooms get. */
export interface EventLogPort extends EventPort {
  /** Writes what waits. @throws DATABASE_UNAVAILABLE it waits on */
  flush(): Promise<void>;
  /** Writes what waits and takes no more. */
  close(): Promise<void>;
}

/**
 * Opens the log of events that are kept. They are written a few times a second, many in one statement, in the order
 * they were kept; a crash loses what came since the last write.
 *
 * @example
 * const events = openEventLog(database.ds, log);
 * events.keep({ game: "meadow", roomId, zone: "meadow", event });
 */
export function openEventLog(ds: DataSource, log: Pick<BaseLogger, "error" | "warn">): EventLogPort {
  let waiting: (KeptEvent & { readonly id: string })[] = [];
  let lost = 0;
  let closed = false;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function soon(): void {
    if (timer || closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      flush().catch((error) => {
        log.warn({ err: error, waiting: waiting.length }, "events could not be written, will try again");
        soon();
      });
    }, WRITE_MS);
    timer.unref();
  }

  async function writeWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      await answerWithin(insertEvents(ds, batch));
      waiting = waiting.slice(batch.length);
    }
    if (lost > 0) log.error({ lost }, "events were lost while the database was away");
    lost = 0;
  }

  function flush(): Promise<void> {
    writing = writing.then(writeWaiting, writeWaiting);
    return writing;
  }

  return {
    flush,
    keep(event) {
      if (closed || waiting.length >= WAITING_MAX) {
        lost += 1;
        return;
      }
      waiting.push({ ...event, id: randomUUID() });
      soon();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      for (let tries = 1; ; tries++) {
        try {
          return await flush();
        } catch (error) {
          if (tries < LAST_TRIES) continue;
          log.error({ err: error, lost: waiting.length + lost }, "events were not written at the end");
          return;
        }
      }
    },
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
