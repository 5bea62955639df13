import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { characterOf, payOut } from "../bank/pay-out.ts";
import type { MembershipChange } from "../changes.ts";
import type { GroupNotices, NoticesWithin } from "../notices.ts";
import { type GroupRole, isAbove } from "../permissions.ts";
import type { GroupSettings } from "../settings.ts";
import { ban, unban } from "./bans.ts";
import { countOf, lockAccounts, lockGroup, memberRole, permitted } from "./locking.ts";

/** What becomes of members. Each is one transaction, and a throw changed nothing. */
export interface Members {
  /**
   * Gives a member a role. `leader` hands the lead over: who had it is an officer then. It says which role it
   * is to be, so that two who promote at once make one step, and a repetition changes nothing.
   *
   * @throws GROUP_STRANGER, GROUP_PERMISSION, GROUP_FULL there are as many officers as there may be
   */
  setRole(me: string, groupId: string, other: string, role: GroupRole): Promise<MembershipChange[]>;
  /**
   * Removes a member of a lower role, who comes back into an open group only when somebody allows it.
   * @throws GROUP_STRANGER, GROUP_PERMISSION
   */
  remove(me: string, groupId: string, other: string): Promise<MembershipChange[]>;
  /** Allows somebody back who was removed; nothing changes for anybody else. @throws as `remove` */
  unban(me: string, groupId: string, other: string): Promise<void>;
  /**
   * Leaves. Of a leader the lead passes to the officer who has been one for longest, else to the longest
   * member; with the last one the group ends, and its bank is paid out as by `disband`.
   *
   * @throws GROUP_STRANGER; of the last one as `disband`
   */
  leave(me: string, groupId: string): Promise<MembershipChange[]>;
  /**
   * Ends the group; its leader gets what the bank holds: coins at once, items by mail.
   * @throws GROUP_STRANGER, GROUP_PERMISSION; NO_SPACE the mail is too full; CHARACTER_MISSING nobody is
   *   there to take it
   */
  disband(me: string, groupId: string): Promise<MembershipChange[]>;
}

type Settings = Pick<GroupSettings, "officersMax" | "permissions">;

/** Opens it on a database. */
export function openMembers(
  {
    transaction,
    ledger,
    notices,
  }: Pick<PluginServices, "transaction" | "ledger"> & { readonly notices: NoticesWithin },
  settings: Settings,
): Members {
  /** The notice of a change is kept with it, and shown after it. */
  async function noticed<T>(work: (db: Db, letters: GroupNotices) => Promise<T>): Promise<T> {
    const { result, tell } = await transaction(async (db) => {
      const letters = notices(db);
      return { result: await work(db, letters), tell: letters.tell };
    });
    void tell();
    return result;
  }

  return {
    setRole: (me, groupId, other, role) =>
      noticed(async (db, letters) => {
        await lockAccounts(db, [me, other]);
        const group = await lockGroup(db, groupId);
        const mine = await memberRole(group, me);
        const theirs = await memberRole(group, other);
        if (theirs === role) return [];
        if (role === "leader" && mine === "leader") {
          const change = [await writeRole(db, groupId, me, "officer")];
          await letters.role(group, other, "leader");
          return [...change, await writeRole(db, groupId, other, "leader")];
        }
        await permitted(settings.permissions, group, me, "promote");
        if (isAbove(role, mine) || !isAbove(mine, theirs)) throw new RoomkeepError("GROUP_PERMISSION");
        if (role === "officer") await refuseOfficer(db, groupId, settings);
        await letters.role(group, other, role);
        return [await writeRole(db, groupId, other, role)];
      }),
    remove: (me, groupId, other) =>
      noticed(async (db, letters) => {
        await lockAccounts(db, [me, other]);
        const group = await lockGroup(db, groupId);
        const mine = await permitted(settings.permissions, group, me, "remove");
        if (!isAbove(mine, await memberRole(group, other))) throw new RoomkeepError("GROUP_PERMISSION");
        await db.query("SELECT group_leave($1, $2)", [groupId, other]);
        await ban(db, groupId, other);
        await letters.removed(group, other);
        return [{ groupId, accountId: other, role: null }];
      }),
    unban: (me, groupId, other) =>
      transaction(async (db) => {
        const group = await lockGroup(db, groupId);
        await permitted(settings.permissions, group, me, "remove");
        await unban(db, groupId, other);
      }),
    leave: (me, groupId) =>
      transaction(async (db) => {
        await lockAccounts(db, [me]);
        const characterId = await characterOf(db, me);
        const group = await lockGroup(db, groupId);
        await memberRole(group, me);
        if ((await countOf(db, "group_member WHERE group_id = $1", [groupId])) === 1)
          await payOut({ db, ledger }, group, characterId);
        const [row] = await db.query<{ heir: string | null }[]>("SELECT group_leave($1, $2) AS heir", [
          groupId,
          me,
        ]);
        const left: MembershipChange = { groupId, accountId: me, role: null };
        return row?.heir ? [left, { groupId, accountId: row.heir, role: "leader" }] : [left];
      }),
    disband: (me, groupId) =>
      transaction(async (db) => {
        await lockAccounts(db, [me]);
        const characterId = await characterOf(db, me);
        const group = await lockGroup(db, groupId);
        if ((await memberRole(group, me)) !== "leader") throw new RoomkeepError("GROUP_PERMISSION");
        await payOut({ db, ledger }, group, characterId);
        return endGroup(db, groupId);
      }),
  };
}

/** Ends a locked group, whose bank was paid out. */
export async function endGroup(db: Db, groupId: string): Promise<MembershipChange[]> {
  const members = await db.query<{ id: string }[]>(
    "SELECT account_id AS id FROM group_member WHERE group_id = $1",
    [groupId],
  );
  await db.query("SELECT group_end($1)", [groupId]);
  return members.map(({ id }) => ({ groupId, accountId: id, role: null }));
}

async function writeRole(
  db: Db,
  groupId: string,
  accountId: string,
  role: GroupRole,
): Promise<MembershipChange> {
  await db.query(
    `UPDATE group_member SET role = $3, role_since = clock_timestamp() WHERE group_id = $1 AND account_id = $2`,
    [groupId, accountId, role],
  );
  return { groupId, accountId, role };
}

async function refuseOfficer(db: Db, groupId: string, { officersMax }: Settings): Promise<void> {
  if ((await countOf(db, "group_member WHERE group_id = $1 AND role = 'officer'", [groupId])) >= officersMax)
    throw new RoomkeepError("GROUP_FULL", "The group has as many officers as it may have.");
}
