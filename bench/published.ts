import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Compiles benches, games and framework as the package is published, into a temporary folder. From source
 * each closure keeps its name in a property of its own, which counts where rooms at rest are weighed.
 *
 * @returns the folder that has `bench/`; it goes when the process ends
 */
export async function publish(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, "dist");
  // `npm run types` is there for the types.
  const args = ["-p", "tsconfig.json", "--noCheck", "--noEmit", "false", "--outDir", out];
  await promisify(execFile)(join(root, "node_modules/.bin/tsc"), args, { cwd: root });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  cpSync(join(root, "games"), join(out, "games"), {
    recursive: true,
    filter: (path) => !/\.tsx?$/.test(path),
  });
  return out;
}
