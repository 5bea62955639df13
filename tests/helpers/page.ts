import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { migratedDatabase } from "../../server/storage/migrated-database.ts";
import { compileScripts } from "./once/compile.ts";
import { sharePostgres } from "./once/shared-postgres.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = ["client", "shared", "rooms", "games", "plugins", "package.json", "vite.config.ts"];
const BUILT = "dist/page/index.html";
const DESK_SOURCES = ["admin", "shared", "package.json"];
const DESK_BUILT = "dist/admin/index.html";

/**
 * Builds the page from the source as it is now, as `npm start` does. Once for all tests, before the first:
 * several of them serve it at the same time, and a build empties the folder.
 */
export async function buildPage(): Promise<void> {
  if (changedAt([BUILT]) <= changedAt(SOURCES)) await buildBy("vite.config.ts");
  if (changedAt([DESK_BUILT]) <= changedAt(DESK_SOURCES)) await buildBy("vite.admin.config.ts");
}

async function buildBy(config: string): Promise<void> {
  // Under Vitest's own environment JSX would be built for development.
  const env = { ...process.env, NODE_ENV: "production" };
  const args = ["vite", "build", "--config", config, "--logLevel", "warn"];
  await promisify(execFile)("npx", args, { cwd: root, env });
}

/** Time of the newest of these files, or files in these folders; 0: there is none. */
function changedAt(paths: readonly string[]): number {
  const times = paths.flatMap((path) => {
    const at = join(root, path);
    const stats = statSync(at, { throwIfNoEntry: false });
    if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
    return readdirSync(at, { recursive: true }).map((file) => statSync(join(at, String(file))).mtimeMs);
  });
  return Math.max(...times);
}

/** Called by Vitest before the first test: makes once what every file would wait for. */
export async function setup(): Promise<() => Promise<void>> {
  const [compiled, stopPostgres] = await Promise.all([
    compileScripts(),
    sharePostgres(),
    buildPage(),
    migratedDatabase(),
  ]);
  // For drills/script-arguments.ts in the workers, and in the processes that they start.
  process.env.ROOMKEEP_TEST_COMPILED = compiled;
  return stopPostgres;
}
