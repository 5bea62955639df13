import { mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BaseLogger } from "pino";
import { RoomkeepError } from "../../shared/index.ts";

/** Marker file of a database that was made to its end. */
const COMPLETE = "roomkeep.complete";
/** First number of a relation that is not PostgreSQL's own: FirstNormalObjectId in its access/transam.h. */
const FIRST_OWN_OID = 16_384;
/** Files that are synced at the same time. */
const SYNC_AT_ONCE = 32;

/** How an embedded database is made, and how durable a new one is. */
export interface EmbeddedFolderOptions {
  /** Makes a whole, closed database in a folder that is there and empty. */
  make(folder: string): Promise<void>;
  /** True: a new one survives a power cut. */
  readonly sync: boolean;
  readonly log: Pick<BaseLogger, "warn">;
}

/**
 * Opens the folder of the embedded database within the data folder. A new database is made beside it and
 * renamed when it is complete, so that a kill at any moment leaves none or all of it. An incomplete one of an
 * earlier version has no table of ours, hence no saves: it is renamed, and a new one is made.
 *
 * @param data the data folder, which this process has locked
 * @returns path of the database, ready to be opened
 * @throws DATA_DIR_DAMAGED it has tables, and PostgreSQL would make an empty database over them
 */
export async function openEmbeddedFolder(data: string, options: EmbeddedFolderOptions): Promise<string> {
  const { make, sync, log } = options;
  const folder = join(data, "database");
  const part = join(data, "database.new");
  if ((await namesIn(part)).length > 0) {
    log.warn({ folder: part }, "an incomplete database of an earlier start is removed: it held no rows yet");
  }
  await rm(part, { recursive: true, force: true });
  if (await isComplete(folder)) return folder;
  if ((await namesIn(folder)).length > 0) {
    const aside = `${folder}.unfinished-${Date.now()}`;
    await rename(folder, aside);
    log.warn({ folder, aside }, "an incomplete database is set aside; a new one is made");
  }
  await mkdir(part);
  await make(part);
  await markComplete(part);
  if (sync) await syncTree(part);
  await rename(part, folder);
  if (sync) await syncOne(data);
  return folder;
}

/** Marks a database as complete. */
export function markComplete(folder: string): Promise<void> {
  return writeFile(join(folder, COMPLETE), "");
}

async function isComplete(folder: string): Promise<boolean> {
  const names = await namesIn(folder);
  // Databases of earlier versions have no marker: their tables, which are made last, show it.
  if (!names.includes(COMPLETE) && !(await holdsTables(folder))) return false;
  if (names.includes("PG_VERSION")) return true;
  throw new RoomkeepError(
    "DATA_DIR_DAMAGED",
    `The embedded database in ${folder} holds tables but has lost its file PG_VERSION. Nothing was changed. Put the file back, or move the folder away and restore a backup.`,
  );
}

async function holdsTables(folder: string): Promise<boolean> {
  const base = join(folder, "base");
  for (const database of await namesIn(base)) {
    const relations = await namesIn(join(base, database));
    if (relations.some((name) => Number.parseInt(name, 10) >= FIRST_OWN_OID)) return true;
  }
  return false;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
}

async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true });
  const paths = [...entries.map((entry) => join(folder, entry)), folder];
  for (let i = 0; i < paths.length; i += SYNC_AT_ONCE) {
    await Promise.all(paths.slice(i, i + SYNC_AT_ONCE).map(syncOne));
  }
}

async function syncOne(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
