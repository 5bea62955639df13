import { createHash } from "node:crypto";
import type { BaseLogger } from "pino";
import { Counter, type Registry } from "prom-client";
import type { DataSource } from "typeorm";
import { openRateLimit } from "../../accounts/rate-limit.ts";
import { answerWithin, type Db } from "../../storage/database.ts";
import type { Retention } from "../../storage/retention.ts";
import { openWriteQueue } from "../../storage/write-queue.ts";
import type { ErrorReports } from "./error-reports.ts";
import type { SourceMaps } from "./source-maps.ts";

/** New errors that a process takes in a minute; known ones are only counted. */
const NEW_A_MINUTE = 30;
/** Errors that a process knows without asking the database. */
const KNOWN_MAX = 500;
/** Errors that are kept, and for how long. */
const KEPT_MAX = 2_000;
const KEPT_DAYS = 30;

/** An error as a page sends it. */
export interface ClientError {
  readonly message: string;
  readonly stack: string;
  /** Path of the page's address. */
  readonly page: string;
  /** Address of the page's script. */
  readonly build: string;
  readonly roomId?: string | undefined;
  readonly agent: string;
}

/** An error of pages as it is kept. */
export interface KeptClientError extends Omit<ClientError, "roomId"> {
  readonly id: string;
  /** By the source, where there is a map. */
  readonly stack: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** The errors of pages that this process hears of. */
export interface ClientErrors {
  /** Counts an error; a new one is kept and reported. Never throws. */
  take(error: ClientError): Promise<void>;
  /** Writes what waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What {@link openClientErrors} needs. */
export interface ClientErrorsOptions {
  readonly ds: DataSource;
  readonly log: Pick<BaseLogger, "warn" | "error">;
  readonly registry: Registry;
  readonly maps: SourceMaps;
  readonly reports: Pick<ErrorReports, "report"> | undefined;
}

interface Row extends Omit<ClientError, "roomId"> {
  readonly id: string;
  readonly at: Date;
}

/** Opens the errors of pages: those with one stack are one, with a count. */
export function openClientErrors({ ds, log, registry, maps, reports }: ClientErrorsOptions): ClientErrors {
  const counted = new Counter({
    name: "roomkeep_client_errors_total",
    help: "Errors of pages: new, known, or dropped because too many were new",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const queue = openWriteQueue<Row>("errors of pages", (batch) => writeErrors(ds, batch), log);
  const fresh = openRateLimit(NEW_A_MINUTE, 60);
  /** Rows by the hash of what the page sent, and how often each came. */
  const known = new Map<string, { readonly row: Omit<Row, "at">; count: number }>();

  async function look(error: ClientError, key: string): Promise<void> {
    const stack = await maps.apply(error.stack);
    // Another build of the same source has other places in its scripts.
    const id = hashOf(error.message, stack);
    const { roomId, ...rest } = error;
    known.set(key, { row: { ...rest, stack, id }, count: 1 });
    if (known.size > KNOWN_MAX) for (const [oldest] of [...known].slice(0, 1)) known.delete(oldest);
    queue.push({ ...rest, stack, id, at: new Date() });
    const [type = "Error"] = /^\w*(Error|Exception)\b/.exec(error.message) ?? [];
    const { message, build } = error;
    const what = `an error of the page ${error.page}`;
    reports?.report({ source: "page", type, message, stack, what, roomId, build, count: 1, breadcrumbs: [] });
  }

  return {
    flush: queue.flush,
    close: queue.close,
    async take(error) {
      const key = hashOf(error.message, error.stack, error.build);
      const before = known.get(key);
      if (before) {
        before.count += 1;
        counted.inc({ outcome: "known" });
        queue.push({ ...before.row, at: new Date() });
        return;
      }
      try {
        await fresh.spend("all");
      } catch {
        counted.inc({ outcome: "dropped" });
        return;
      }
      counted.inc({ outcome: "new" });
      await look(error, key);
    },
  };
}

const hashOf = (...texts: string[]) =>
  createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 32);

/** One statement; rows of one error are summed, so that none is written twice in it. */
async function writeErrors(db: Db, batch: readonly Row[]): Promise<void> {
  const sums = new Map<string, Row & { count: number }>();
  for (const row of batch) sums.set(row.id, { ...row, count: (sums.get(row.id)?.count ?? 0) + 1 });
  await db.query(
    `INSERT INTO client_error (id, message, stack, page, build, agent, count, first_at, last_at)
     SELECT id, message, stack, page, build, agent, count, at, at FROM jsonb_to_recordset($1::jsonb)
       AS row (id text, message text, stack text, page text, build text, agent text, count integer, at timestamptz)
     ON CONFLICT (id) DO UPDATE SET count = client_error.count + excluded.count, last_at = excluded.last_at,
       build = excluded.build, page = excluded.page, agent = excluded.agent`,
    [JSON.stringify([...sums.values()])],
  );
}

/** Errors of pages, those that came last first. */
export async function readClientErrors(db: Db, last: number): Promise<KeptClientError[]> {
  return answerWithin(
    db.query(
      `SELECT id, message, stack, page, build, agent, count, first_at AS "firstAt", last_at AS "lastAt"
       FROM client_error ORDER BY last_at DESC, id LIMIT $1`,
      [last],
    ),
  );
}

/** Those that came last are kept, so many and for so long. */
export const clientErrorRetention: readonly Retention[] = [
  { table: "client_error", column: "last_at", days: KEPT_DAYS },
  {
    sweep: (db) =>
      db.query(
        `DELETE FROM client_error WHERE id IN (
           SELECT id FROM client_error ORDER BY last_at DESC, id OFFSET $1
         )`,
        [KEPT_MAX],
      ),
  },
];
