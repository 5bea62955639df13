import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compiledFolder, scriptArguments } from "../../drills/script-arguments.ts";
import { markComplete } from "../../server/storage/embedded-folder.ts";
import { migratedDatabase } from "../../server/storage/migrated-database.ts";
import { ended } from "./postgres.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** `roomkeep start` as a real process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** Its output so far. */
  output(): string;
  /** Sends a signal and resolves when the process is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server process; resolves when it reports that it runs, rejects with its output when it ends
 * before.
 *
 * @param script what to run instead of `roomkeep start`
 */
export async function startProcess(
  env: Record<string, string>,
  script: readonly string[] = ["server/cli/index.ts", "start"],
): Promise<ServerProcess> {
  const [file = "", ...rest] = script;
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-process-"));
  if (!env.DATABASE_URL) await layDatabase(join(env.ROOMKEEP_DATA_DIR ?? dataDir, "database"));
  const child = spawn(process.execPath, [...scriptArguments(join(root, file)), ...rest], {
    // Where `roomkeep start` finds its games and its page.
    cwd: compiledFolder ?? root,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, DATABASE_URL: "", REDIS_URL: "", PORT: "0", ROOMKEEP_DATA_DIR: dataDir, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => {
      rmSync(dataDir, { recursive: true, force: true });
      reject(new Error(`the server ended with ${code}:\n${output}`));
    });
    child.on("message", (message: { ready?: true; port: number; url: string }) => {
      // The TypeScript loader talks on this channel too.
      if (!message.ready) return;
      resolve({ ...message, child, output: () => output, end: (signal) => ended(child, signal) });
    });
  });
}

/** Unpacks a database without rows for a process that would need seconds to make one; an existing one stays. */
export async function layDatabase(folder: string): Promise<void> {
  const dump = await migratedDatabase();
  if (dump === undefined || existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xf", dump, "-C", folder]);
  await markComplete(folder);
}
