// The server process of the memory bench: the sample games with all that `roomkeep start` has, on a database
// in memory. It runs in another checkout too, so it imports what every version has.

import { writeHeapSnapshot } from "node:v8";
import { IN_MEMORY, readConfig, startServer } from "roomkeep/server";
import * as main from "../../server/main.ts";

const env = { PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY };
const { games, plugins = [] } = main as { games: typeof main.games; plugins?: typeof main.plugins };
const start = startServer as (...args: unknown[]) => Promise<Started>;
const { url, foundation } = await start(games, readConfig({ ...process.env, ...env }), undefined, plugins);

interface Started {
  readonly url: string;
  readonly foundation: { readonly database: { readonly kind: string; readonly ds: Asked } };
}
interface Asked {
  query(sql: string): Promise<{ bytes: string }[]>;
}

/** Bytes of the tables, indexes and logs of a database that is in this process; 0: it is in another one. */
async function databaseBytes(): Promise<number> {
  const { kind, ds } = foundation.database;
  if (kind !== "embedded") return 0;
  const [row] = await ds.query(
    "SELECT pg_database_size(current_database()) + (SELECT sum(size) FROM pg_ls_waldir()) AS bytes",
  );
  return Number(row?.bytes);
}

process.on("message", async ({ file }: { file: string }) =>
  process.send?.({ databaseKB: (await databaseBytes()) / 1_024, snapshot: writeHeapSnapshot(file) }),
);
process.on("disconnect", () => process.exit(0));
process.send?.({ url });
