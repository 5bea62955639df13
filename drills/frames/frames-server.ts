// The server process of the frames and hostile drills: the sample games as `roomkeep start` runs them,
// without their page.

import { createHash } from "node:crypto";
import { readConfig, startServer } from "roomkeep/server";
import { stopOnSignal, tellParent } from "../../server/cli/start.ts";
import { games } from "../../server/main.ts";

const server = await startServer(games, readConfig(process.env));
stopOnSignal(server);
tellParent(server);
// The drill reports the last lines of a server that ended.
console.log(`the drill's server listens at ${server.url}`);

type Question = { ask: "usedMB" } | { ask: "ownedBy"; characterIds: readonly string[] };

process.on("message", async (asked: Question) => {
  if (asked.ask === "usedMB") process.send?.({ answer: usedMB() });
  if (asked.ask === "ownedBy") process.send?.({ answer: await ownedBy(asked.characterIds) });
});

function usedMB(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
}

/**
 * What may not change by hostile input: things and coins, what was booked, names, roles, deaths, and the
 * ground.
 */
async function ownedBy(ids: readonly string[]): Promise<string> {
  const rows = await server.foundation.database.ds.query(
    `SELECT row_to_json(i)::text AS row FROM item i
       WHERE split_part(container, ':', 2) = ANY($1) OR container LIKE 'ground:%' OR container LIKE 'pile:%'
     UNION ALL SELECT row_to_json(l)::text FROM ledger l WHERE split_part(request_id, ':', 1) = ANY($1)
     UNION ALL SELECT row_to_json(d)::text FROM death_lock d
     UNION ALL SELECT concat_ws(' ', c.id, c.name, c.color, c.shape, c.coins, c.deleted_at, a.id, a.name, a.kind, a.role)
       FROM character c JOIN account a ON a.id = c.account_id WHERE c.id::text = ANY($1) OR a.role <> 'player'
     ORDER BY 1`,
    [ids],
  );
  return createHash("sha256").update(JSON.stringify(rows)).digest("hex");
}
