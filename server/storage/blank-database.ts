import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { lstat, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

/**
 * A tar of an empty embedded database: a new one starts from it in a quarter of the time. Made once for a
 * machine and a version of PGlite, in a temporary folder of this user alone. Not compressed: to unpack takes
 * longer than to read.
 *
 * @returns its path; undefined where it cannot be stored
 */
export function blankDatabase(): Promise<string | undefined> {
  return storedDump("blank", [], () => PGlite.create());
}

/**
 * Such a tar of any database, by a name and what it was made from.
 *
 * @param made texts that the database follows from: another text is another dump
 * @param make opens it; it is closed when it is stored
 * @returns its path; undefined where it cannot be stored
 */
export async function storedDump(
  name: string,
  made: readonly string[],
  make: () => Promise<PGlite>,
): Promise<string | undefined> {
  const folder = await ownFolder().catch(() => undefined);
  if (folder === undefined) return undefined;
  const hash = createHash("sha256").update(JSON.stringify([await versionOfPGlite(), made]));
  const file = join(folder, `${name}-${hash.digest("hex").slice(0, 16)}.tar`);
  if (existsSync(file)) return file;
  const pglite = await make();
  const dump = await pglite.dumpDataDir("none");
  await pglite.close();
  return writeWhole(file, dump).then(
    () => file,
    () => undefined,
  );
}

/** A folder of this user alone; undefined: others could write a forged dump there. */
async function ownFolder(): Promise<string | undefined> {
  const folder = join(tmpdir(), `roomkeep-${userInfo().username}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  return uid === process.getuid?.() && (mode & 0o077) === 0 ? folder : undefined;
}

/** Two processes may make it at the same time; each sees a whole one. */
async function writeWhole(file: string, dump: Blob): Promise<void> {
  const part = `${file}.${process.pid}`;
  await writeFile(part, Buffer.from(await dump.arrayBuffer()));
  await rename(part, file);
}

async function versionOfPGlite(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = JSON.parse(await readFile(join(dirname(entry), "../package.json"), "utf8"));
  return (manifest as { version: string }).version;
}
