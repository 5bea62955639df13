import { randomUUID } from "node:crypto";
import { definePlugin, type PluginServices } from "roomkeep/server";
import type { DataSource } from "typeorm";
import { friends } from "../../../plugins/friends/index.ts";
import { friendTables } from "../../../plugins/friends/migration.ts";
import { notifications } from "../../../plugins/notifications/index.ts";
import { notificationTables } from "../../../plugins/notifications/migration.ts";
import type { Database } from "../../../server/storage/database.ts";
import { openPluginsOn } from "../plugin-host.ts";

/** What books items, as a plugin of a game would. */
const cups = definePlugin({
  name: "cups",
  open: ({ ledger, transaction }: PluginServices) => ({ ledger, transaction }),
});

/** A database with the tables of notifications and friends. */
export async function withTables(open: () => Promise<Database>): Promise<DataSource> {
  const { ds } = await open();
  await friendTables.up(ds);
  await notificationTables.up(ds);
  return ds;
}

/** The plugins of one process on a database; several may be open at once. */
export async function openOn(ds: DataSource, env: Record<string, string> = {}) {
  const plugins = [notifications, friends, cups];
  const host = await openPluginsOn(ds, { plugins, templates: { herb: { stack: 20 } }, env });
  const { open: opened, registry, close } = host;
  return {
    notes: opened.api(notifications),
    sources: () => opened.api(notifications).readSources(),
    friends: opened.api(friends),
    cups: opened.api(cups),
    retention: opened.retention,
    registry,
    close,
  };
}

/** Makes accounts of guests. */
export async function accounts(ds: DataSource, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await ds.query("INSERT INTO account (id, kind) SELECT id, 'guest' FROM unnest($1::uuid[]) AS id", [ids]);
  return ids;
}

export const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code ?? String(error),
  );
