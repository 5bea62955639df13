import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip, createGzip, type Gzip } from "node:zlib";
import type { BaseLogger } from "pino";
import type { DataSource, EntityManager } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import type { Db } from "./database.ts";

const FORMAT = 1;
/** Rows read or written at a time. */
const BATCH = 500;

/** Called during a backup or a restore with the rows of a table so far. */
export type Progress = (table: string, rows: number) => void;

/** File and row counts of a backup or a restore. */
export interface BackupResult {
  readonly file: string;
  readonly rows: number;
  readonly tables: Record<string, number>;
}

/**
 * Writes all tables to a file: gzipped JSON lines, from one repeatable-read snapshot, the same from both
 * databases and readable by people. The file appears whole and synced, or not at all. The embedded database
 * has one connection, so the game waits meanwhile.
 *
 * @throws Error of the file system, when the file cannot be written
 */
export async function backUp(ds: DataSource, file: string, progress?: Progress): Promise<BackupResult> {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part`;
  const target = await open(part, "w", 0o600);
  try {
    const zip = createGzip();
    const written = pipeInto(zip, target);
    const counts = await ds.transaction("REPEATABLE READ", (db) => writeAll(db, zip, progress));
    zip.end();
    await written;
    await target.sync();
    await target.close();
    await rename(part, file);
    return { file, rows: sum(counts), tables: counts };
  } catch (error) {
    await target.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  }
}

async function pipeInto(zip: Gzip, target: { write(bytes: Uint8Array): Promise<unknown> }): Promise<void> {
  for await (const bytes of zip) await target.write(bytes as Uint8Array);
}

async function writeAll(db: Db, zip: Gzip, progress?: Progress): Promise<Record<string, number>> {
  const digest = createHash("sha256");
  const line = async (text: string) => {
    digest.update(text).update("\n");
    if (!zip.write(`${text}\n`)) await new Promise((drained) => zip.once("drain", drained));
  };
  const migrations = await migrationsOf(db);
  await line(JSON.stringify({ roomkeep: "backup", format: FORMAT, migrations }));
  const counts: Record<string, number> = {};
  for (const table of await tablesOf(db)) {
    counts[table] = 0;
    await db.query(
      `DECLARE backup NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS row FROM "${table}" AS t`,
    );
    for (;;) {
      const rows = await db.query<{ row: string }[]>(`FETCH ${BATCH} FROM backup`);
      for (const { row } of rows) await line(`{"table":"${table}","row":${row}}`);
      counts[table] += rows.length;
      if (rows.length < BATCH) break;
      progress?.(table, counts[table]);
    }
    await db.query("CLOSE backup");
    progress?.(table, counts[table]);
  }
  zip.write(`${JSON.stringify({ end: true, rows: sum(counts), sha256: digest.digest("hex") })}\n`);
  return counts;
}

/**
 * Restores a backup into a database, in one transaction: completely or not at all. Leases and hand-overs end,
 * and every epoch grows by one, so that no process of the time of the backup can write.
 *
 * @param replace true: deletes all rows first; false: refuses a database with accounts
 * @throws BACKUP_INVALID the file is incomplete, was changed, is of another version, or the database is in
 * use
 */
export async function restore(
  ds: Pick<EntityManager, "transaction">,
  file: string,
  { replace = false, progress }: { replace?: boolean; progress?: Progress } = {},
): Promise<BackupResult> {
  const { migrations } = await checkBackup(file);
  return ds.transaction(async (db) => {
    if (JSON.stringify(migrations) !== JSON.stringify(await migrationsOf(db))) {
      throw invalid(
        `${file} was written by another version of roomkeep: restore it with that one, then upgrade.`,
      );
    }
    await refuseWhileInUse(db);
    const tables = await tablesOf(db);
    const [found] = await db.query<{ n: number }[]>("SELECT count(*)::int AS n FROM account");
    if (found?.n && !replace) {
      throw invalid(
        `The database holds ${found.n} accounts. Give --replace to delete everything in it first.`,
      );
    }
    for (const table of [...tables].reverse()) await db.query(`DELETE FROM "${table}"`);
    const counts = await readAll(db, file, tables, progress);
    await resetSequences(db);
    await endLeases(db);
    return { file, rows: sum(counts), tables: counts };
  });
}

async function readAll(db: Db, file: string, tables: readonly string[], progress?: Progress) {
  const counts: Record<string, number> = Object.fromEntries(tables.map((table) => [table, 0]));
  let batch: { table: string; rows: string[] } = { table: "", rows: [] };
  const flush = async () => {
    const { table, rows } = batch;
    if (rows.length === 0) return;
    // Rows stay text on their way, so that no number passes through a JavaScript number.
    await db.query(
      `INSERT INTO "${table}" OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::public."${table}", $1::json)`,
      [`[${rows.join(",")}]`],
    );
    counts[table] = (counts[table] ?? 0) + rows.length;
    progress?.(table, counts[table]);
  };
  for await (const text of linesOf(file)) {
    const [, table, row] = ROW.exec(text) ?? [];
    if (table === undefined || row === undefined) continue;
    if (!tables.includes(table)) throw invalid(`${file} has a table "${table}" that is not known here.`);
    if (batch.table !== table || batch.rows.length === BATCH) {
      await flush();
      batch = { table, rows: [] };
    }
    batch.rows.push(row);
  }
  await flush();
  return counts;
}

const ROW = /^\{"table":"([a-z_]+)","row":(.*)\}$/s;

/**
 * Reads a backup to its end, without a database.
 * @throws BACKUP_INVALID it is incomplete or was changed
 */
export async function checkBackup(file: string): Promise<{ migrations: string[]; rows: number }> {
  const digest = createHash("sha256");
  let [rows, first, last] = [0, "", ""];
  try {
    for await (const text of linesOf(file)) {
      if (first === "") first = text;
      if (last !== "") digest.update(last).update("\n");
      if (ROW.test(last)) rows += 1;
      last = text;
    }
    const head = JSON.parse(first) as { roomkeep?: string; format?: number; migrations?: string[] };
    const end = JSON.parse(last) as { end?: boolean; rows?: number; sha256?: string };
    if (head.roomkeep !== "backup" || head.format !== FORMAT || !head.migrations)
      throw new Error("not a backup");
    if (!end.end || end.rows !== rows || end.sha256 !== digest.digest("hex"))
      throw new Error("not as written");
    return { migrations: head.migrations, rows };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RoomkeepError(
      "BACKUP_INVALID",
      `${file} cannot be restored: it is incomplete or was changed (${why}).`,
      {
        cause,
      },
    );
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const text = source.pipe(createGunzip());
  source.on("error", (error) => text.destroy(error));
  for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) yield line;
}

/** All tables but TypeORM's own, referenced ones first. */
async function tablesOf(db: Db): Promise<string[]> {
  const names = await db.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'migration' ORDER BY 1`,
  );
  const needs = await db.query<{ name: string; needs: string }[]>(
    `SELECT a.relname AS name, b.relname AS needs FROM pg_constraint
     JOIN pg_class a ON a.oid = conrelid JOIN pg_class b ON b.oid = confrelid
     WHERE contype = 'f' AND conrelid <> confrelid`,
  );
  const ordered: string[] = [];
  const left = new Set(names.map(({ name }) => name));
  while (left.size > 0) {
    const free = [...left].find((name) => !needs.some((one) => one.name === name && left.has(one.needs)));
    if (free === undefined)
      throw new Error(`The tables ${[...left].join(", ")} refer to each other in a circle.`);
    left.delete(free);
    ordered.push(free);
  }
  return ordered;
}

async function migrationsOf(db: Db): Promise<string[]> {
  const rows = await db.query<{ name: string }[]>("SELECT name FROM migration ORDER BY name");
  return rows.map(({ name }) => name);
}

/**
 * Refuses a database with live characters: their processes would go on writing. The embedded database has a
 * lock of its own.
 */
async function refuseWhileInUse(db: Db): Promise<void> {
  const [live] = await db.query<{ n: number }[]>(
    "SELECT count(*)::int AS n FROM character WHERE owner IS NOT NULL AND lease_until > now()",
  );
  if (live?.n) throw invalid(`${live.n} characters are live in this database. Stop the servers first.`);
}

/** Ends the leases of every table that has some. */
async function endLeases(db: Db): Promise<void> {
  const tables = await db.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name IN ('owner', 'epoch', 'lease_until')
     GROUP BY 1 HAVING count(*) = 3`,
  );
  for (const { name } of tables) {
    await db.query(`UPDATE "${name}" SET epoch = epoch + 1, owner = NULL, lease_until = NULL`);
  }
  await db.query(
    "UPDATE character SET room_id = NULL, transfer_nonce = NULL, transfer_until = NULL, transfer_from = NULL",
  );
}

async function resetSequences(db: Db): Promise<void> {
  const columns = await db.query<{ name: string; key: string }[]>(
    `SELECT table_name AS name, column_name AS key FROM information_schema.columns
     WHERE table_schema = 'public' AND is_identity = 'YES' AND table_name <> 'migration'`,
  );
  for (const { name, key } of columns) {
    await db.query(
      `SELECT setval(pg_get_serial_sequence('"${name}"', '${key}'), COALESCE((SELECT max("${key}") FROM "${name}"), 0) + 1, false)`,
    );
  }
}

/** Names of scheduled backups sort by time. */
const SCHEDULED = /^roomkeep-\d{8}T\d{6}Z\.jsonl\.gz$/;

/** File name of a backup, by its time. */
export function backupName(at: Date): string {
  return `roomkeep-${at.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "")}.jsonl.gz`;
}

/** When the newest scheduled backup in a folder was made; undefined: there is none. */
export async function newestBackup(folder: string): Promise<Date | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => SCHEDULED.test(name)).sort();
  const [, date, time] = /(\d{8})T(\d{6})Z/.exec(names.at(-1) ?? "") ?? [];
  if (date === undefined || time === undefined) return undefined;
  return new Date(
    `${date.replace(/(....)(..)(..)/, "$1-$2-$3")}T${time.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`,
  );
}

/**
 * Deletes all but the newest `keep` scheduled backups in a folder; other files stay. @returns the deleted
 * names
 */
export async function pruneBackups(folder: string, keep: number): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => SCHEDULED.test(name)).sort();
  const old = names.slice(0, Math.max(0, names.length - keep));
  for (const name of old) await rm(join(folder, name), { force: true });
  return old;
}

/** How many scheduled backups a server keeps. */
const KEPT = 28;

/** Makes a backup every `everyMs`, as long as the process runs. */
export function scheduleBackups(
  ds: DataSource,
  folder: string,
  everyMs: number,
  log: Pick<BaseLogger, "info" | "error">,
): NodeJS.Timeout {
  const make = async () => {
    const { file, rows } = await backUp(ds, join(folder, backupName(new Date())));
    await pruneBackups(folder, KEPT);
    log.info({ file, rows }, "backup made");
  };
  const tick = () => make().catch((error: unknown) => log.error({ err: error }, "the backup failed"));
  return setInterval(tick, everyMs).unref();
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, one) => all + one, 0);
}

function invalid(text: string): RoomkeepError {
  return new RoomkeepError("BACKUP_INVALID", text);
}
