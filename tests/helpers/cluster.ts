import { describe } from "vitest";
import { missingPostgres, newPostgresDatabase } from "./databases.ts";
import { describeWithRedis, type TestRedis } from "./redis.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

/** Server processes that share one PostgreSQL database and one Redis. */
export interface Cluster {
  readonly redis: TestRedis;
  readonly databaseUrl: string;
  /** Starts one more process. */
  start(env?: Record<string, string>, script?: readonly string[]): Promise<ServerProcess>;
  close(): Promise<void>;
}

/** Runs a suite on real processes, a real PostgreSQL and a real Redis; a missing one is printed loudly. */
export function describeCluster(title: string, suite: (open: () => Promise<Cluster>) => void): void {
  describeWithPostgresAndRedis(title, (openRedis) => suite(() => openCluster(openRedis)));
}

/** The same for suites that start their own processes. */
export function describeWithPostgresAndRedis(
  title: string,
  suite: (openRedis: () => Promise<TestRedis>) => void,
): void {
  if (missingPostgres !== null && process.env.CI !== "true") {
    console.error(`\n!!! ${title}: not run: ${missingPostgres}\n`);
    describe.skip(title, () => suite(() => Promise.reject(new Error("not run"))));
    return;
  }
  describeWithRedis(title, suite);
}

async function openCluster(openRedis: () => Promise<TestRedis>): Promise<Cluster> {
  const [redis, database] = await Promise.all([openRedis(), newPostgresDatabase({ migrated: true })]);
  const processes: ServerProcess[] = [];
  return {
    redis,
    databaseUrl: database.url,
    async start(env = {}, script) {
      const started = await startProcess(
        { DATABASE_URL: database.url, REDIS_URL: redis.url, ...env },
        script,
      );
      processes.push(started);
      return started;
    },
    async close() {
      await Promise.all(processes.map((one) => one.end("SIGKILL")));
      await redis.close();
      await database.close();
    },
  };
}
