import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";

/**
 * What a project asks npm for to get this very roomkeep: the tarball or the git address that it was itself installed
 * from, its version where that was a registry. From a clone it is the tarball that `npm pack` makes there, and from an
 * unpacked tarball the one beside it.
 *
 * @param home folder of this package
 * @param project folder that the answer is for
 */
export async function ownSpec(home: string, version: string, project: string): Promise<string> {
  const installed = dirname(home);
  const toFile = (path: string) => `file:${relative(project, path).replaceAll("\\", "/")}`;
  if (basename(installed) !== "node_modules") {
    const tarball = `roomkeep-${version}.tgz`;
    const unpacked = !existsSync(join(home, tarball)) && existsSync(join(installed, tarball));
    return toFile(join(unpacked ? installed : home, tarball));
  }
  const lock = join(installed, ".package-lock.json");
  if (!existsSync(lock)) return version;
  const { packages = {} } = JSON.parse(await readFile(lock, "utf8")) as HiddenLock;
  const { resolved = "" } = packages["node_modules/roomkeep"] ?? {};
  if (resolved.startsWith("file:"))
    return toFile(resolve(dirname(installed), resolved.slice("file:".length)));
  return resolved.startsWith("git+") ? resolved : version;
}

/** What npm writes into node_modules of what it installed. */
interface HiddenLock {
  packages?: Record<string, { resolved?: string }>;
}
