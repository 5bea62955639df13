// One server process of the crash drill: the real server with the drill's rooms.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { matchMaker } from "@colyseus/core";
import { readConfig, startServer } from "roomkeep/server";
import { openItems } from "../../server/items/items.ts";
import { openCharacters } from "../../server/persistence/characters.ts";
import type { Services } from "../../server/services.ts";
import { type Edit, rewriting } from "../rewrite.ts";
import { crashRoom, type Wiring } from "./crash-room.ts";
import { naivePorts } from "./naive.ts";

/** The fencing conditions of all writes: owner, epoch and version. */
const FENCE: readonly Edit[] = [
  [
    "owner = $2 AND epoch = $3 AND version = $5",
    "$2::text IS NOT NULL AND $3::integer IS NOT NULL AND $5::integer IS NOT NULL",
  ],
  ["(c.owner = asker.owner AND c.epoch = asker.epoch)", "true"],
  ["id = held_id AND epoch = held_epoch\n       WHERE owner = $1", "id = held_id WHERE $1::text IS NOT NULL"],
  ["AND character.epoch = own.epoch AND owner = $1", ""],
];

/** The real services, but no write is fenced and no process fences itself. */
async function unfenced({ database, log, itemRules }: Services) {
  const ds = rewriting(database.ds, FENCE, new Set());
  const incarnation = randomUUID();
  const characters = await openCharacters(ds, {
    incarnation,
    log,
    requestRelease: (holder) => matchMaker.presence.publish("roomkeep:let-go", holder),
    now: () => 0, // no lease is ever overdue
    wait: sleep,
  });
  return { characters, items: openItems(ds, itemRules, incarnation) };
}

const [without = "nothing"] = process.argv.slice(2);
process.once("disconnect", () => process.exit()); // never outlives the drill
const wiring: Wiring = { onStale: () => process.send?.({ stale: true }) };
const games = { yard: crashRoom("yard", wiring), cellar: crashRoom("cellar", wiring) };
const server = await startServer(games, readConfig(process.env));
if (without === "lease") Object.assign(wiring, naivePorts(server.foundation.database.ds));
if (without === "fence") Object.assign(wiring, await unfenced(server.foundation));
process.once("SIGTERM", () => void server.close().then(() => process.exit(0)));
process.send?.({ ready: true, url: server.url });
