import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { GroupNotices, NoticesWithin } from "../notices.ts";
import type { GroupSettings } from "../settings.ts";
import { isBanned, unban } from "./bans.ts";
import { refuseMore } from "./founding.ts";
import { countOf, type LockedGroup, lockAccounts, lockGroup, permitted } from "./locking.ts";

/** What a request or invitation has become: `waits` for an answer, or both wanted it and it is a member. */
export type Joined = "waits" | "member";

/** How accounts come into a group. Each is one transaction, and a throw changed nothing. */
export interface Joining {
  /**
   * Asks to join. An open group takes anybody but who was removed from it, whose request waits; and any group
   * whom it has invited.
   * @throws GROUP_UNKNOWN, GROUP_MEMBER, GROUP_CLOSED, GROUP_FULL, GROUPS_FULL, REQUESTS_FULL
   */
  request(me: string, groupId: string): Promise<Joined>;
  /** Withdraws the own request, or declines an invitation. @throws GROUP_UNINVITED */
  drop(me: string, groupId: string): Promise<void>;
  /** @throws GROUP_UNINVITED, GROUP_PERMISSION, GROUP_FULL, GROUPS_FULL the other one is in too many */
  accept(me: string, groupId: string, other: string): Promise<void>;
  /** Refuses a request, or withdraws an invitation. @throws GROUP_UNINVITED, GROUP_PERMISSION */
  refuse(me: string, groupId: string, other: string): Promise<void>;
  /**
   * Invites an account; one that has asked is a member at once. Somebody who has blocked `me` sees nothing of
   * it, and the answer is the same.
   *
   * @throws GROUP_MEMBER, GROUP_PERMISSION, REQUESTS_FULL, GROUP_FULL, GROUPS_FULL, ACCOUNT_UNKNOWN,
   *   FRIEND_BLOCKED `me` has blocked the other one
   */
  invite(me: string, groupId: string, other: string): Promise<{ state: Joined; isNews: boolean }>;
}

/** Whom an account has blocked; nobody on a server without the plugin `friends`. */
export type BlockedBy = (accountId: string) => Promise<readonly string[]>;

type Limits = Pick<GroupSettings, "membersMax" | "groupsPerAccount" | "requestsMax" | "permissions">;

interface Waiting {
  readonly invited_by: string | null;
}

/** Opens it on a database. */
export function openJoining(
  { transaction, notices }: Pick<PluginServices, "transaction"> & { readonly notices: NoticesWithin },
  settings: Limits,
  blockedBy: BlockedBy,
): Joining {
  const { requestsMax, membersMax, permissions } = settings;

  async function work<T>(
    accounts: string[],
    groupId: string,
    change: (db: Db, group: LockedGroup, letters: GroupNotices) => Promise<T>,
  ): Promise<T> {
    const { result, tell } = await transaction(async (db) => {
      await lockAccounts(db, accounts);
      const letters = notices(db);
      return { result: await change(db, await lockGroup(db, groupId), letters), tell: letters.tell };
    });
    void tell();
    return result;
  }

  /** The account, which is locked, becomes a member. */
  async function enter(
    db: Db,
    group: LockedGroup,
    accountId: string,
    letters: GroupNotices,
  ): Promise<"member"> {
    const { id } = group;
    if ((await countOf(db, "group_member WHERE group_id = $1", [id])) >= membersMax)
      throw new RoomkeepError("GROUP_FULL");
    await refuseMore(db, accountId, settings);
    await db.query("INSERT INTO group_member (group_id, account_id, role) VALUES ($1, $2, 'member')", [
      id,
      accountId,
    ]);
    await remove(db, id, accountId);
    await unban(db, id, accountId);
    await letters.settled(group, accountId);
    return "member";
  }

  async function refuseMember(group: LockedGroup, accountId: string): Promise<void> {
    if (await group.roleOf(accountId)) throw new RoomkeepError("GROUP_MEMBER");
  }

  return {
    async request(me, groupId) {
      // Before the transaction: the plugin reads by another connection, and the embedded database has one.
      const blocked = await blockedBy(me);
      return work([me], groupId, async (db, group, letters) => {
        await refuseMember(group, me);
        const waiting = await read(db, groupId, me);
        const isInvited = waiting?.invited_by != null && !blocked.includes(waiting.invited_by);
        const isOpen = group.access === "open" && !(await isBanned(db, groupId, me));
        if (isOpen || isInvited) return enter(db, group, me, letters);
        if (waiting && waiting.invited_by === null) return "waits";
        if (group.access === "closed") throw new RoomkeepError("GROUP_CLOSED");
        await refuseFull(db, "group_id = $1 AND invited_by IS NULL", groupId, requestsMax);
        await refuseFull(db, "account_id = $1 AND invited_by IS NULL", me, requestsMax);
        // In place of an invitation by somebody who is blocked: it was never shown.
        await write(db, groupId, me, null);
        await letters.requested(group, me);
        return "waits";
      });
    },
    async drop(me, groupId) {
      const blocked = await blockedBy(me);
      await work([me], groupId, async (db, group, letters) => {
        const waiting = await read(db, groupId, me);
        if (!waiting || (waiting.invited_by !== null && blocked.includes(waiting.invited_by)))
          throw new RoomkeepError("GROUP_UNINVITED");
        await remove(db, groupId, me);
        await letters.settled(group, me);
      });
    },
    accept: (me, groupId, other) =>
      work([me, other], groupId, async (db, group, letters) => {
        await permitted(permissions, group, me, "answer");
        const waiting = await read(db, groupId, other);
        if (waiting?.invited_by !== null) throw new RoomkeepError("GROUP_UNINVITED");
        await enter(db, group, other, letters);
        await letters.accepted(group, other);
      }),
    refuse: (me, groupId, other) =>
      work([me], groupId, async (db, group, letters) => {
        const waiting = await read(db, groupId, other);
        await permitted(permissions, group, me, waiting?.invited_by ? "invite" : "answer");
        if (!waiting) throw new RoomkeepError("GROUP_UNINVITED");
        await remove(db, groupId, other);
        await letters.settled(group, other);
      }),
    async invite(me, groupId, other) {
      const [mine, theirs] = await Promise.all([blockedBy(me), blockedBy(other)]);
      if (mine.includes(other)) throw new RoomkeepError("FRIEND_BLOCKED");
      return work([me, other], groupId, async (db, group, letters) => {
        await permitted(permissions, group, me, "invite");
        await refuseMember(group, other);
        await refuseLeaving(db, other);
        const waiting = await read(db, groupId, other);
        if (waiting && waiting.invited_by === null) {
          const state = await enter(db, group, other, letters);
          await letters.accepted(group, other);
          return { state, isNews: true };
        }
        // One of somebody whom the other one has blocked is as good as none.
        if (waiting?.invited_by && !theirs.includes(waiting.invited_by))
          return { state: "waits", isNews: false };
        if (!waiting) await refuseFull(db, "group_id = $1 AND invited_by IS NOT NULL", groupId, requestsMax);
        await write(db, groupId, other, me);
        await letters.invited(group, other, me);
        return { state: "waits", isNews: !theirs.includes(me) };
      });
    },
  };
}

async function read(db: Db, groupId: string, accountId: string): Promise<Waiting | undefined> {
  const [row] = await db.query<Waiting[]>(
    "SELECT invited_by FROM group_request WHERE group_id = $1 AND account_id = $2",
    [groupId, accountId],
  );
  return row;
}

const write = (db: Db, groupId: string, accountId: string, invitedBy: string | null) =>
  db.query(
    `INSERT INTO group_request (group_id, account_id, invited_by) VALUES ($1, $2, $3)
     ON CONFLICT (group_id, account_id) DO UPDATE SET invited_by = excluded.invited_by, at = now()`,
    [groupId, accountId, invitedBy],
  );

const remove = (db: Db, groupId: string, accountId: string) =>
  db.query("DELETE FROM group_request WHERE group_id = $1 AND account_id = $2", [groupId, accountId]);

async function refuseFull(db: Db, which: string, id: string, most: number): Promise<void> {
  if ((await countOf(db, `group_request WHERE ${which}`, [id])) >= most)
    throw new RoomkeepError("REQUESTS_FULL");
}

/** An account that waits for its deletion is as good as deleted. */
async function refuseLeaving(db: Db, accountId: string): Promise<void> {
  if ((await countOf(db, "account_deletion WHERE account_id = $1", [accountId])) > 0)
    throw new RoomkeepError("ACCOUNT_UNKNOWN", "There is no such account.");
}
