import { readConfig } from "../config.ts";
import { startLocalCluster } from "../dev/local-cluster.ts";
import { findLocalServices } from "../dev/local-services.ts";
import { stopOnSignal } from "./start.ts";

/** Set in each process of the cluster: its name. */
const NAME = "ROOMKEEP_CLUSTER_PROCESS";
const COLORS = [36, 35, 33, 32, 34, 31, 96, 95];
/** The page's packages are prepared at the first request, which takes a while. */
const ANSWER_MS = 60_000;

/** The name of this process in a cluster of `roomkeep dev`; undefined outside of one. */
export function clusterProcess(): string | undefined {
  return process.env[NAME] || undefined;
}

/** Runs `roomkeep dev --cluster N` with these settings. */
export async function runCluster(processes: number, settings: NodeJS.ProcessEnv): Promise<void> {
  const { port, host, dataDir } = readConfig(settings);
  const stores = await findLocalServices(settings);
  const colors = new Map<string, number>();
  const colored = process.stdout.isTTY && !process.env.NO_COLOR;
  const onLine = (name: string, line: string) => {
    const code = colors.get(name) ?? COLORS[colors.size % COLORS.length] ?? 36;
    colors.set(name, code);
    const prefix = `${name.padEnd(5)} │`;
    console.log(`${colored ? `\x1b[${code}m${prefix}\x1b[0m` : prefix} ${line}`);
  };
  try {
    const cluster = await startLocalCluster({
      processes,
      host,
      port,
      args: [...process.execArgv, process.argv[1] ?? "", "dev"],
      revive: true,
      answerMs: ANSWER_MS,
      onLine,
      env: (name) => ({
        ...settings,
        [NAME]: name,
        DATABASE_URL: stores.databaseUrl,
        REDIS_URL: stores.redisUrl,
        ROOMKEEP_DATA_DIR: `${dataDir}/${name}`,
      }),
    });
    let closing: Promise<void> | undefined;
    stopOnSignal({
      close() {
        closing ??= cluster.close().then(() => stores.close());
        return closing;
      },
    });
    const { url } = cluster.front;
    const names = cluster.running().map((one) => `${one.name} ${one.url}`);
    const lines = [
      "",
      `  a cluster of ${processes} is running   ${url}`,
      `  its processes              ${names.join(", ")}`,
      `  monitor                    ${url}/monitor/`,
      "",
      "  Ctrl-C saves everybody and stops all of them.",
      "",
    ];
    console.log(lines.join("\n"));
    process.send?.({ ready: true, port: cluster.front.port, url });
  } catch (error) {
    await stores.close();
    throw error;
  }
}
