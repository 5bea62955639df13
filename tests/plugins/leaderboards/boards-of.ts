import type { DataSource } from "typeorm";
import { type Friends, friends } from "../../../plugins/friends/index.ts";
import { friendTables } from "../../../plugins/friends/migration.ts";
import { defineBoard, leaderboards } from "../../../plugins/leaderboards/index.ts";
import { createGuest } from "../../../server/accounts/guests.ts";
import { openPluginsOn } from "../plugin-host.ts";

const templates = { cup: { stack: 1 }, herb: { stack: 20 } };

/** Boards of the tests: one of each kind, and one with prizes. */
export const BOARDS = [
  defineBoard("best"),
  defineBoard("friendly"),
  defineBoard("low", { order: "low" }),
  defineBoard("last", { keep: "last" }),
  defineBoard("sum", { keep: "sum" }),
  defineBoard("count", { keep: "count", order: "low" }),
  defineBoard("cup", {
    season: "0 0 * * 1",
    prizes: [
      { ranks: [1, 1], coins: 100, items: [{ template: "cup", qty: 1 }] },
      { ranks: [1, 3], coins: 10 },
    ],
  }),
];

/** Makes the tables of the plugin. */
export async function migrateBoards(ds: DataSource): Promise<void> {
  await friendTables.up(ds);
  for (const step of leaderboards.migrations ?? []) await step.up(ds);
}

/** Opens the plugin on a database as a process does. Its rounds run when the test says so. */
export async function openBoards(ds: DataSource, boards = BOARDS, { withFriends = false } = {}) {
  const plugins = [leaderboards.with({ boards, checkS: 3600 }), ...(withFriends ? [friends] : [])];
  const { open, registry, close } = await openPluginsOn(ds, { plugins, templates });
  return {
    api: open.api(leaderboards),
    friends: withFriends ? open.api(friends) : (undefined as never as Friends),
    close,
    registry,
    retention: open.retention,
  };
}

/** A player as rooms have it, of an account of its own. */
export async function newPlayer(ds: DataSource, name = "Ann") {
  const { accountId, characterId } = await createGuest(ds, { name, color: 0, shape: 0 });
  return { accountId, characterId, claim: { sheet: { id: characterId, accountId } } as never };
}
