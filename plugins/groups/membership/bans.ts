import type { Db, People, PluginMigration } from "roomkeep/server";
import { type GroupPerson, named } from "./reading.ts";

/** Those who were removed from a group, until a leader or officer allows them back. */
export const groupBans: PluginMigration = {
  name: "GroupBans1764331300020",
  async up(db) {
    await db.query(`
      CREATE TABLE group_ban (
        group_id uuid NOT NULL CONSTRAINT group_ban_group_id_fkey REFERENCES player_group (id) ON DELETE CASCADE,
        account_id uuid NOT NULL CONSTRAINT group_ban_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT group_ban_pkey PRIMARY KEY (group_id, account_id)
      )`);
    await db.query("CREATE INDEX group_ban_account_id_idx ON group_ban (account_id)");
  },
  down: (db) => db.query("DROP TABLE group_ban"),
};

/** Removed people that a list shows: older ones follow when these were allowed back. */
const SHOWN = 100;

/** Whether an account comes into an open group only when somebody allows it. */
export async function isBanned(db: Db, groupId: string, accountId: string): Promise<boolean> {
  const rows = await db.query<unknown[]>("SELECT 1 FROM group_ban WHERE group_id = $1 AND account_id = $2", [
    groupId,
    accountId,
  ]);
  return rows.length > 0;
}

export const ban = (db: Db, groupId: string, accountId: string) =>
  db.query(
    `INSERT INTO group_ban (group_id, account_id) VALUES ($1, $2)
     ON CONFLICT (group_id, account_id) DO UPDATE SET at = now()`,
    [groupId, accountId],
  );

export const unban = (db: Db, groupId: string, accountId: string) =>
  db.query("DELETE FROM group_ban WHERE group_id = $1 AND account_id = $2", [groupId, accountId]);

/** Those who were removed, the latest first. */
export async function readBans(
  { db, people }: { readonly db: Db; readonly people: Pick<People, "names"> },
  groupId: string,
): Promise<GroupPerson[]> {
  const rows = await db.query<{ account: string; since: Date }[]>(
    `SELECT account_id AS account, at AS since FROM group_ban WHERE group_id = $1
     ORDER BY at DESC, account_id LIMIT ${SHOWN}`,
    [groupId],
  );
  return named(people, rows);
}
