import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource, EntityManager } from "typeorm";
import type { AuditPort, CommandGiven } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { openWriteQueue } from "../storage/write-queue.ts";
import { forgetAnnounced } from "./audit-chain/announced.ts";
import { appendToChain } from "./audit-chain/chain.ts";
import { chainedOf, type Deed, type EntryRow, entryOf } from "./audit-chain/deed.ts";

/** The audit log: the port that rooms get. Entries of what is no room's have an empty game and room. */
export interface Audit extends AuditPort {
  /** The entry of a deed that was announced, as {@link AuditPort.note} writes others. */
  finish(announced: string, entry: CommandGiven & Deed): Promise<void>;
  /** Writes all waiting rows. @throws DATABASE_UNAVAILABLE they go on waiting */
  flush(): Promise<void>;
  /** Writes all waiting rows and takes no more. */
  close(): Promise<void>;
}

/** A row of the audit log. */
export interface AuditRow extends Omit<CommandGiven, "account" | "character"> {
  /** Its number in the chain, and its hash. */
  readonly seq: number;
  readonly hash: string;
  /** When it was given, by the clock of the process. */
  readonly at: Date;
  readonly account: string | null;
  readonly character: string | null;
  /** Name of the operation, and the account that it was done to. */
  readonly operation: string | null;
  readonly concerns: string | null;
}

/** An announced one may have an entry already: nobody had heard of its process for long. */
type WaitingRow = EntryRow & { readonly announced: boolean };

/**
 * Opens the audit log: who commanded what, where, and what came of it. It stands in the process's log as
 * well.
 */
export function openAudit(ds: DataSource, log: Pick<BaseLogger, "info" | "error" | "warn">): Audit {
  // The id is the entry's own, so that a write whose answer was lost may be repeated.
  let isUnsure = false;
  const write = async (batch: readonly WaitingRow[]) => {
    const announced = batch.filter((row) => row.announced).map(({ id }) => id);
    const again = isUnsure || announced.length > 0;
    isUnsure = true;
    await ds.transaction(async (db) => {
      await appendToChain(db, batch.map(chainedOf), again);
      if (announced.length > 0) await forgetAnnounced(db, announced);
    });
    isUnsure = false;
  };
  const queue = openWriteQueue<WaitingRow>("audit entries", write, log);
  let lastMs = 0;
  async function note(given: CommandGiven, announced?: string): Promise<void> {
    log.info({ audit: true, ...given }, "command");
    // Times are unique, so that entries keep their order.
    lastMs = Math.max(Date.now(), lastMs + 1);
    const row = { ...given, id: announced ?? randomUUID(), at: new Date(lastMs) };
    if (!queue.push({ ...row, announced: announced !== undefined }))
      throw new RoomkeepError("DATABASE_UNAVAILABLE", "The audit log takes no more entries.");
    await queue.flush();
  }
  return {
    flush: queue.flush,
    close: queue.close,
    note: (given) => note(given),
    finish: (announced, entry) => note(entry, announced),
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
      await noteAlone(ds, deed, error.code);
    throw error;
  }
}

/**
 * Writes one entry in a transaction, as the last thing of it: others wait with theirs until it ends.
 * @throws DATABASE_UNAVAILABLE
 */
export async function noteDeed(db: Db, deed: Deed, outcome: string): Promise<void> {
  const row = { ...entryOf(deed, outcome), id: randomUUID(), at: new Date() };
  await answerWithin(appendToChain(db, [chainedOf(row)], false));
}

/** Writes one entry in a transaction of its own. @throws DATABASE_UNAVAILABLE */
export async function noteAlone(ds: Transactions, deed: Deed, outcome: string): Promise<void> {
  await answerWithin(ds.transaction((db) => noteDeed(db, deed, outcome)));
}

type Transactions = Pick<DataSource, "transaction">;

/** Which entries are read: all that is given has to fit. */
export interface AuditFilter {
  /** Who did it: an account, a session id, or `operator` and a user. */
  readonly caller?: string | undefined;
  /** An account that did it, or that it was done to. */
  readonly account?: string | undefined;
  /** Name of an operation, or the beginning of a line, such as `/kick`. */
  readonly operation?: string | undefined;
  readonly outcome?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** Only entries before this number. */
  readonly before?: number | undefined;
  /** How many, 1 and up. */
  readonly last: number;
}

/** The last entries that fit, newest first. */
export async function readAudit(db: Db, filter: number | AuditFilter): Promise<AuditRow[]> {
  const wanted: AuditFilter = typeof filter === "number" ? { last: filter } : filter;
  const { caller, account, operation, outcome, since, until, before, last } = wanted;
  const rows = await answerWithin(
    db.query<(Omit<AuditRow, "seq"> & { seq: string })[]>(
      `SELECT seq, hash, at, caller, role, account_id AS account, character_id AS character, game,
         room_id AS "roomId", line, outcome, operation, concerns
       FROM audit_entry
       WHERE ($1::text IS NULL OR caller = $1)
         AND ($2::uuid IS NULL OR account_id = $2 OR concerns = $2)
         AND ($3::text IS NULL OR operation = $3 OR starts_with(line, $3))
         AND ($4::text IS NULL OR outcome = $4)
         AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
         AND ($7::bigint IS NULL OR seq < $7)
       ORDER BY audit_entry.seq DESC LIMIT $8`,
      [caller, account, operation, outcome, since, until, before, last].map((value) => value ?? null),
    ),
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}
