import { existsSync } from "node:fs";
import { lstat, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

/**
 * A gzipped dump of an empty embedded database: a new one starts from it in a quarter of the time. Made once
 * for a machine and a version of PGlite, in a temporary folder of this user alone.
 *
 * @returns its path; undefined where it cannot be stored
 */
export async function blankDatabase(): Promise<string | undefined> {
  try {
    const folder = join(tmpdir(), `roomkeep-${userInfo().username}`);
    const file = join(folder, `pglite-${await versionOfPGlite()}.tar.gz`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = await lstat(folder);
    // A folder of another user could hold a forged dump.
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) return undefined;
    if (!existsSync(file)) await makeDump(file);
    return file;
  } catch {
    return undefined;
  }
}

async function makeDump(file: string): Promise<void> {
  const pglite = await PGlite.create();
  const dump = await pglite.dumpDataDir("gzip");
  await pglite.close();
  // Two processes may make it at the same time; each sees a whole one.
  const part = `${file}.${process.pid}`;
  await writeFile(part, Buffer.from(await dump.arrayBuffer()));
  await rename(part, file);
}

async function versionOfPGlite(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = JSON.parse(await readFile(join(dirname(entry), "../package.json"), "utf8"));
  return (manifest as { version: string }).version;
}
