// The server process of the memory bench: the sample games with all that `roomkeep start` has, on a database
// in memory. It runs in another checkout too, so it imports what every version has.

import { writeHeapSnapshot } from "node:v8";
import { IN_MEMORY, readConfig, startServer } from "roomkeep/server";
import * as main from "../../server/main.ts";

const env = { PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY };
const { games, plugins = [] } = main as { games: typeof main.games; plugins?: typeof main.plugins };
const start = startServer as (...args: unknown[]) => Promise<{ url: string }>;
const { url } = await start(games, readConfig({ ...process.env, ...env }), undefined, plugins);

process.on("message", ({ file }: { file: string }) => process.send?.({ snapshot: writeHeapSnapshot(file) }));
process.on("disconnect", () => process.exit(0));
process.send?.({ url });
