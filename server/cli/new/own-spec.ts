import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";

/**
 * The npm dependency by which a project gets this same roomkeep: the tarball or git address of its own
 * installation, or its version where it came from a registry. In a clone it is the tarball that `npm pack`
 * makes there, beside an unpacked tarball that tarball.
 *
 * @param home folder of this package
 * @param project folder of the project; a `file:` path is relative to it
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

/** npm's own list of installed packages, in node_modules/.package-lock.json. */
interface HiddenLock {
  packages?: Record<string, { resolved?: string }>;
}
