import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { describe, test } from "vitest";
import { redisAnswers } from "../../server/dev/local-services.ts";
import { ended, freePort, untilTaken } from "./postgres.ts";

/** A Redis for one test file. */
export interface TestRedis {
  readonly url: string;
  /** Process id of the private server, to freeze or kill it; undefined for a shared one. */
  readonly pid?: number;
  close(): Promise<void>;
}

const SHARED = process.env.REDIS_URL || "redis://127.0.0.1:6379";
const installed = spawnSync("redis-server", ["--version"]).status === 0;
const missing =
  installed || (await redisAnswers(SHARED)) ? null : "no redis-server is installed and none answers";

/**
 * Runs a suite that needs Redis. Where there is none it prints so loudly and skips; with CI=true it fails.
 *
 * A private server is preferred to a running one: it starts in some 20 ms, and channels, unlike keys, are not
 * separated by database number, so that files on one server would receive each other's messages.
 */
export function describeWithRedis(title: string, suite: (open: () => Promise<TestRedis>) => void): void {
  if (missing === null) {
    describe(title, () => suite(installed ? () => startPrivate() : borrowShared));
    return;
  }
  const message = `${title}: not run: ${missing} at ${SHARED} (Debian: apt-get install redis-server)`;
  console.error(`\n!!! ${message}\n`);
  if (process.env.CI !== "true") {
    describe.skip(title, () => suite(() => startPrivate()));
    return;
  }
  test(title, () => {
    throw new Error(message);
  });
}

/** Starts a redis-server on a free port, with nothing kept on disk. `options`: more of its command line. */
export async function startPrivate(options: readonly string[] = []): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-redis-"));
  const port = await freePort();
  // A Sentinel keeps its state in a file, and takes no settings of what is kept.
  const sentinel = options.includes("--sentinel");
  const own = sentinel ? [join(folder, "sentinel.conf")] : ["--save", "", "--appendonly", "no"];
  if (sentinel) writeFileSync(join(folder, "sentinel.conf"), "");
  const child = spawn(
    "redis-server",
    [...own, "--port", String(port), "--bind", "127.0.0.1", "--dir", folder, ...options],
    { stdio: "ignore" },
  );
  const close = async () => {
    child.kill("SIGCONT"); // it may have been frozen by the test
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `redis://127.0.0.1:${port}`;
  await untilTaken(port, child, () => "A private redis-server did not start.").catch(async (error) => {
    await close();
    throw error;
  });
  return { url, pid: child.pid, close };
}

/** Takes one of the numbered databases of a running server for itself; it must be empty. */
async function borrowShared(): Promise<TestRedis> {
  for (let number = 1; number < 16; number++) {
    const url = new URL(SHARED);
    url.pathname = `/${number}`;
    const client = createClient({ url: url.href });
    await client.connect();
    const mine =
      (await client.dbSize()) === 0 &&
      (await client.set("roomkeep-test", String(process.pid), { condition: "NX" })) === "OK";
    if (!mine) {
      await client.close();
      continue;
    }
    const close = async () => {
      await client.flushDb();
      await client.close();
    };
    return { url: url.href, close };
  }
  throw new Error(`No empty database is left on ${SHARED}.`);
}
