import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalCluster, type LocalProcess, startLocalCluster } from "../../server/dev/local-cluster.ts";
import { openPremises, type Premises } from "../premises.ts";
import { scriptArguments } from "../script-arguments.ts";

const SCRIPT = fileURLToPath(new URL("cluster-server.ts", import.meta.url));

/**
 * Three server processes with the drill's rooms on a database and a Redis of their own, behind one address.
 */
export interface DrillCluster extends LocalCluster {
  readonly url: string;
  readonly premises: Premises;
  /** The process of a room; throws if none lists it. */
  hostOf(processId: string): LocalProcess;
}

/**
 * Starts the processes.
 *
 * @param env settings over those of the drill
 * @param script what each process runs, instead of the drills' server
 */
export async function openDrillCluster(
  processes = 3,
  env: Record<string, string> = {},
  script = SCRIPT,
): Promise<DrillCluster> {
  const premises = await openPremises();
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-drill-"));
  const clean = async () => {
    await premises.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const cluster = await startLocalCluster({
      processes,
      host: "127.0.0.1",
      port: 0,
      args: scriptArguments(script),
      revive: true,
      inTurn: true,
      onLine: (name, line) => {
        if (process.env.DRILL_LOG) console.error(`${name} ${line}`);
      },
      env: (name) => ({
        DATABASE_URL: premises.databaseUrl,
        REDIS_URL: premises.redisUrl,
        ROOMKEEP_DATA_DIR: join(folder, name),
        LOG_LEVEL: process.env.DRILL_LOG ?? "silent",
        ...env,
      }),
    });
    return {
      ...cluster,
      url: cluster.front.url,
      premises,
      hostOf(processId) {
        const found = cluster.running().find((one) => one.processId === processId);
        if (!found) throw new Error(`No running process is ${processId}.`);
        return found;
      },
      async close() {
        await cluster.close();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
