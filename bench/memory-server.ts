// The server process of the memory bench: the sample games with all that `roomkeep start` has, on a database in memory.
// It runs in another checkout too, so it imports what every version has.

import { writeHeapSnapshot } from "node:v8";
import { IN_MEMORY, readConfig, startServer } from "roomkeep/server";
import * as main from "../server/main.ts";

const config = readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
const { games, plugins = [] } = main as { games: typeof main.games; plugins?: typeof main.plugins };
const start = startServer as (...args: unknown[]) => Promise<{ url: string }>;
const { url } = await start(games, config, undefined, plugins);

/** kB in use after a collection. A second one frees the buffers that only finalizers let go of. */
async function used(): Promise<{ heapKB: number; outsideKB: number }> {
  for (let n = 0; n < 3; n++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heapKB: heapUsed / 1024, outsideKB: external / 1024 };
}

process.on("message", async ({ ask, file }: { ask: "used" | "snapshot" | "end"; file?: string }) => {
  if (ask === "end") process.exit(0);
  if (ask === "used") process.send?.({ used: await used() });
  if (ask === "snapshot") process.send?.({ snapshot: writeHeapSnapshot(file) });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url });
