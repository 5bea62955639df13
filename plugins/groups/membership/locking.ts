import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { allows, type GroupPermission, type GroupRole, type PermissionTable } from "../permissions.ts";

/** Who may join by themselves. */
export type GroupAccess = "open" | "request" | "closed";

/** A group whose row the transaction has locked: its members and requests stand still. */
export interface LockedGroup {
  readonly id: string;
  readonly name: string;
  readonly access: GroupAccess;
  /** Role of an account; undefined: it is no member. */
  roleOf(accountId: string): Promise<GroupRole | undefined>;
}

/**
 * Locks the rows of accounts, in the order of their ids, so that what is counted of them stands still. Before
 * characters and groups: an account's deletion locks in this order too.
 *
 * @throws ACCOUNT_UNKNOWN one of them was deleted, or never was
 */
export async function lockAccounts(db: Db, accountIds: readonly string[]): Promise<void> {
  const ids = [...new Set(accountIds)];
  const rows = await db.query<unknown[]>(
    "SELECT id FROM account WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE",
    [ids],
  );
  if (rows.length < ids.length) throw new RoomkeepError("ACCOUNT_UNKNOWN", "There is no such account.");
}

/** Locks a group until the transaction ends, accounts before it. @throws GROUP_UNKNOWN */
export async function lockGroup(db: Db, groupId: string): Promise<LockedGroup> {
  const [row] = await db.query<{ id: string; name: string; access: GroupAccess }[]>(
    "SELECT id, name, access FROM player_group WHERE id = $1 FOR UPDATE",
    [groupId],
  );
  if (!row) throw new RoomkeepError("GROUP_UNKNOWN");
  return { ...row, roleOf: (accountId) => readRole(db, groupId, accountId) };
}

/** Role of an account in a group. */
export async function readRole(db: Db, groupId: string, accountId: string): Promise<GroupRole | undefined> {
  const [row] = await db.query<{ role: GroupRole }[]>(
    "SELECT role FROM group_member WHERE group_id = $1 AND account_id = $2",
    [groupId, accountId],
  );
  return row?.role;
}

/** The role of a member. @throws GROUP_STRANGER */
export async function memberRole(group: Pick<LockedGroup, "roleOf">, accountId: string): Promise<GroupRole> {
  const role = await group.roleOf(accountId);
  if (!role) throw new RoomkeepError("GROUP_STRANGER");
  return role;
}

/** The role of a member who may do something. @throws GROUP_STRANGER, GROUP_PERMISSION */
export async function permitted(
  table: PermissionTable,
  group: Pick<LockedGroup, "roleOf">,
  accountId: string,
  what: GroupPermission,
): Promise<GroupRole> {
  const role = await memberRole(group, accountId);
  if (!allows(table, role, what)) throw new RoomkeepError("GROUP_PERMISSION");
  return role;
}

/** Counts rows. */
export async function countOf(db: Db, from: string, values: readonly unknown[]): Promise<number> {
  const [row] = await db.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${from}`, [...values]);
  return row?.n ?? 0;
}
