import { LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import type { DataSource } from "typeorm";
import { friends } from "../../../plugins/friends/index.ts";
import { defineQueue, matchmaking, type Queue } from "../../../plugins/matchmaking/index.ts";
import { openPluginsOn } from "../plugin-host.ts";

/** Queues of the tests. No server here has the game, so that no room opens. */
export const QUEUES: Queue[] = [
  defineQueue("duel", { game: "nowhere", teams: [{ size: 1 }, { size: 1 }], backfill: true }),
  defineQueue("other", { game: "nowhere", teams: [{ size: 2 }, { size: 2 }] }),
  defineQueue("quick", { game: "nowhere", teams: [{ size: 1 }, { size: 1 }], ready: false }),
  defineQueue("coop", { game: "nowhere", teams: [{ size: 2 }] }),
];

/** Makes the tables of the plugins. */
export async function migrateMatches(ds: DataSource): Promise<void> {
  for (const step of [...(friends.migrations ?? []), ...(matchmaking.migrations ?? [])]) await step.up(ds);
}

let ready: Promise<unknown> | undefined;

/** Opens the plugin on a database as a process does. It looks for matches when the test says so. */
export async function openMatches(ds: DataSource, settings: object = {}) {
  // Nobody is in a room here; where people are is asked all the same.
  ready ??= matchMaker.setup(new LocalPresence(), new LocalDriver());
  await ready;
  const plugin = matchmaking.with({ queues: QUEUES, passMs: 60_000, ...settings });
  const { open, close } = await openPluginsOn(ds, { plugins: [plugin, friends] });
  return { api: open.api(matchmaking), friends: open.api(friends), close, open };
}
