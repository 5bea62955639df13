import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the page from the source as it is now, as `npm start` does. */
export async function buildPage(): Promise<void> {
  await promisify(execFile)("npx", ["vite", "build", "--logLevel", "warn"], { cwd: root });
}
