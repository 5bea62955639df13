import type { Db } from "roomkeep/server";
import { z } from "zod";
import { defineKind, type NotificationKind, type Notifications } from "../notifications/index.ts";
import type { LockedGroup } from "./membership/locking.ts";
import { allows, type GroupRole, type PermissionTable, ROLES } from "./permissions.ts";

const group = z.object({ group: z.uuid(), name: z.string() });
const open = { label: "Open", panel: "groups" };

/** Somebody is invited, and may join by one tap. */
export const invited = defineKind("groups.invited", {
  params: group,
  text: ({ name }, from) => `${from} invites you into ${name}.`,
  actions: {
    join: { label: "Join", route: "POST /v1/groups/:group/requests" },
    decline: { label: "Decline", route: "DELETE /v1/groups/:group/requests/mine" },
    open,
  },
  push: ({ name }, from) => `${from} invites you into ${name}.`,
});

/** Somebody asks to join, told to those who may answer. */
export const requested = defineKind("groups.requested", {
  params: group.extend({ account: z.uuid() }),
  text: ({ name }, from) => `${from} asks to join ${name}.`,
  actions: {
    accept: { label: "Accept", route: "POST /v1/groups/:group/requests/:account/accept" },
    refuse: { label: "Refuse", route: "DELETE /v1/groups/:group/requests/:account" },
    open,
  },
});

/** A request was accepted. */
export const accepted = defineKind("groups.accepted", {
  params: group,
  text: ({ name }) => `You are a member of ${name} now.`,
  actions: { open },
  push: ({ name }) => `You are a member of ${name} now.`,
});

const ROLE_NAMES = { leader: "the leader", officer: "an officer", member: "a member" } as const;

/** Somebody has another role. */
export const roleChanged = defineKind("groups.role", {
  params: group.extend({ role: z.enum(ROLES) }),
  text: ({ name, role }) => `You are ${ROLE_NAMES[role]} of ${name} now.`,
  actions: { open },
});

/** Somebody was removed; by whom is not told. */
export const removed = defineKind("groups.removed", {
  params: group,
  text: ({ name }) => `You are no member of ${name} any more.`,
});

/** A group as its notices name it. */
type Named = Pick<LockedGroup, "id" | "name">;

/** Notices that are kept within a transaction of a group; `tell` once it is through. */
export interface GroupNotices {
  invited(group: Named, account: string, by: string): Promise<void>;
  requested(group: Named, account: string): Promise<void>;
  accepted(group: Named, account: string): Promise<void>;
  role(group: Named, account: string, role: GroupRole): Promise<void>;
  removed(group: Named, account: string): Promise<void>;
  /** A request or invitation was answered or withdrawn: it waits nowhere any more. */
  settled(group: Named, account: string): Promise<void>;
  tell(): Promise<void>;
}

/** Opens the notices of groups: see {@link GroupNotices}. */
export type NoticesWithin = (db: Db) => GroupNotices;

/** @param notes undefined: the server has no notifications, and nothing is kept */
export function openNotices(notes: Notifications | undefined, table: PermissionTable): NoticesWithin {
  notes?.declare(invited);
  notes?.declare(requested);
  notes?.declare(accepted);
  notes?.declare(roleChanged);
  notes?.declare(removed);
  return (db) => {
    const letters = notes?.within(db);
    const answering = async ({ id }: Named) => {
      const members = await db.query<{ account: string; role: GroupRole }[]>(
        "SELECT account_id AS account, role FROM group_member WHERE group_id = $1 ORDER BY account_id",
        [id],
      );
      return members.filter(({ role }) => allows(table, role, "answer")).map(({ account }) => account);
    };
    /** The latest of a kind counts, whether the one before it was read or not. */
    const renew = async <P extends z.ZodObject>(
      kind: NotificationKind<P>,
      account: string,
      key: string,
      params: z.input<P>,
    ) => {
      await letters?.withdraw(account, kind as unknown as NotificationKind, key);
      await letters?.send(account, { kind, params, key });
    };
    const keyOf = ({ id }: Named, account: string) => `${id}.${account}`;
    return {
      async invited({ id, name }, account, by) {
        await letters?.send(account, { kind: invited, params: { group: id, name }, from: by, key: id });
      },
      async requested(group, account) {
        if (!letters) return;
        const params = { group: group.id, name: group.name, account };
        for (const one of await answering(group))
          await letters.send(one, { kind: requested, params, from: account, key: keyOf(group, account) });
      },
      async accepted({ id, name }, account) {
        await renew(accepted, account, id, { group: id, name });
      },
      async role({ id, name }, account, role) {
        await renew(roleChanged, account, id, { group: id, name, role });
      },
      async removed({ id, name }, account) {
        await letters?.withdraw(account, accepted, id);
        await letters?.withdraw(account, roleChanged, id);
        await renew(removed, account, id, { group: id, name });
      },
      async settled(group, account) {
        if (!letters) return;
        await letters.withdraw(account, invited, group.id);
        for (const one of await answering(group))
          await letters.withdraw(one, requested, keyOf(group, account));
      },
      tell: async () => letters?.tell(),
    };
  };
}
