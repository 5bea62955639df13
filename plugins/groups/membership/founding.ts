import type { Db, PluginServices, SharedLimit } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { GroupSettings } from "../settings.ts";
import { countOf, type GroupAccess, lockAccounts, lockGroup, permitted } from "./locking.ts";

/** Shortest and longest name and tag, in characters. */
export const NAME_LENGTH = { min: 3, max: 32 };
export const TAG_LENGTH = { min: 2, max: 5 };

/** What a group shows of itself. */
export interface GroupLooks {
  readonly name: string;
  /** Short, before the names of its members; null: none. */
  readonly tag: string | null;
  readonly text: string;
  readonly access: GroupAccess;
}

/** Founds and edits groups. */
export interface Founding {
  /**
   * Founds a group, of which the account is the leader.
   * @throws NAME_INVALID, NAME_REFUSED, GROUP_NAME_TAKEN, GROUPS_FULL, RATE_LIMITED
   */
  create(me: string, looks: GroupLooks): Promise<string>;
  /** @throws GROUP_UNKNOWN, GROUP_STRANGER, GROUP_PERMISSION, and as `create` */
  edit(me: string, groupId: string, looks: Partial<GroupLooks>): Promise<void>;
}

type Services = Pick<PluginServices, "db" | "transaction" | "names">;

/** Opens it on a database. */
export function openFounding(
  { db: outside, transaction, names }: Services,
  settings: Pick<GroupSettings, "groupsPerAccount" | "permissions">,
  creations: SharedLimit,
): Founding {
  return {
    async create(me, looks) {
      const row = checkedLooks(names, looks);
      // A name that is taken costs nobody one of the day's groups.
      await refuseTaken(outside, row);
      await refuseMore(outside, me, settings);
      await creations.spend(me);
      return transaction(async (db) => {
        await lockAccounts(db, [me]);
        await refuseMore(db, me, settings);
        const [made] = await db.query<{ id: string }[]>(
          `INSERT INTO player_group (name, name_key, tag, tag_key, text, access)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id`,
          [row.name, row.name_key, row.tag ?? null, row.tag_key ?? null, row.text, row.access],
        );
        if (!made) {
          await refuseTaken(db, row);
          throw new RoomkeepError("GROUP_NAME_TAKEN");
        }
        await db.query("INSERT INTO group_member (group_id, account_id, role) VALUES ($1, $2, 'leader')", [
          made.id,
          me,
        ]);
        await db.query("DELETE FROM group_request WHERE group_id = $1 AND account_id = $2", [made.id, me]);
        return made.id;
      });
    },
    edit: (me, groupId, looks) =>
      transaction(async (db) => {
        const group = await lockGroup(db, groupId);
        await permitted(settings.permissions, group, me, "edit");
        await writeLooks(db, groupId, checkedLooks(names, looks));
      }),
  };
}

/** Columns of checked looks. */
type LooksRow = { readonly [column: string]: string | null | undefined };

/** @throws NAME_INVALID, NAME_REFUSED */
export function checkedLooks(
  names: PluginServices["names"],
  { name, tag, text, access }: Partial<GroupLooks>,
): LooksRow {
  const folded = name === undefined ? undefined : names.check(name, NAME_LENGTH);
  const short = tag === undefined || tag === null ? undefined : names.check(tag, TAG_LENGTH);
  if (short && /[ ._-]/.test(short.shown))
    throw new RoomkeepError("NAME_INVALID", "The tag may hold letters and digits alone.");
  if (text !== undefined && /\p{M}{4}/u.test(text.normalize("NFD")))
    throw new RoomkeepError("NAME_INVALID", "A letter of the text has too many marks.");
  return {
    ...(folded && { name: folded.shown, name_key: folded.key }),
    ...(tag !== undefined && { tag: short?.shown ?? null, tag_key: short?.key ?? null }),
    ...(text !== undefined && { text }),
    ...(access !== undefined && { access }),
  };
}

/** Writes looks of a locked group. @throws GROUP_NAME_TAKEN */
export async function writeLooks(db: Db, groupId: string, row: LooksRow): Promise<void> {
  const columns = Object.keys(row);
  if (columns.length === 0) return;
  await refuseTaken(db, row, groupId);
  const set = columns.map((column, n) => `${column} = $${n + 2}`).join(", ");
  await db
    .query(`UPDATE player_group SET ${set} WHERE id = $1`, [groupId, ...columns.map((one) => row[one])])
    .catch((error: unknown) => {
      // Another one took it a moment ago: the index says so.
      if (/player_group_(name|tag)_key/.test(String(error))) throw new RoomkeepError("GROUP_NAME_TAKEN");
      throw error;
    });
}

/** @throws GROUP_NAME_TAKEN another group has the name or the tag */
async function refuseTaken(db: Db, { name_key, tag_key }: LooksRow, except?: string): Promise<void> {
  const [taken] = await db.query<{ name: boolean }[]>(
    `SELECT name_key = $1 AS name FROM player_group
     WHERE (name_key = $1 OR tag_key = $2) AND id IS DISTINCT FROM $3::uuid ORDER BY 1 DESC NULLS LAST LIMIT 1`,
    [name_key ?? null, tag_key ?? null, except ?? null],
  );
  if (!taken) return;
  const what = taken.name ? "name" : "tag";
  throw new RoomkeepError("GROUP_NAME_TAKEN", `Another group has this ${what}, or one that looks like it.`);
}

/** @throws GROUPS_FULL the account, which is locked, is in as many groups as it may be */
export async function refuseMore(
  db: Db,
  accountId: string,
  { groupsPerAccount }: Pick<GroupSettings, "groupsPerAccount">,
): Promise<void> {
  if ((await countOf(db, "group_member WHERE account_id = $1", [accountId])) >= groupsPerAccount)
    throw new RoomkeepError("GROUPS_FULL");
}
