import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { RoomkeepError } from "../../shared/index.ts";

/** With less than this no database is started, and a process is not ready for more, bytes. */
const FREE_MIN = 64 * 1024 * 1024;
/** What Node says of a full disk or quota, and PostgreSQL's disk_full. */
const FULL = new Set(["ENOSPC", "EDQUOT", "53100"]);

/**
 * Makes sure that a folder's disk has room.
 *
 * @param freeMin bytes that must be free
 * @throws DISK_FULL
 */
export async function checkFreeSpace(folder: string, freeMin = FREE_MIN): Promise<void> {
  const { bavail, bsize } = await statfsOf(folder);
  const free = bavail * bsize;
  if (free >= freeMin) return;
  const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024);
  const text = `The disk of ${folder} has ${megabytes(free)} MB left; roomkeep needs ${megabytes(freeMin)}. Make room, then start again.`;
  throw new RoomkeepError("DISK_FULL", text);
}

/** Of a folder that is not made yet, its parent's. */
async function statfsOf(folder: string): Promise<{ bavail: number; bsize: number }> {
  return statfs(folder).catch((error: NodeJS.ErrnoException) => {
    const parent = dirname(resolve(folder));
    if (error.code !== "ENOENT" || parent === resolve(folder)) throw error;
    return statfsOf(parent);
  });
}

/** The same error, or DISK_FULL where that is behind it. @param folder the data folder, for the text */
export function orDiskFull(error: unknown, folder: string): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RoomkeepError && cause.code === "DISK_FULL") return cause;
    if (!("code" in cause) || !FULL.has(String(cause.code))) continue;
    const text = `The disk of ${folder}, or that of the database, is full (${cause.message}). Make room, then start again.`;
    return new RoomkeepError("DISK_FULL", text, { cause: error });
  }
  return error;
}
