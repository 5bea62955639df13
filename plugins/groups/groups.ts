import type { PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { friends } from "../friends/index.ts";
import { notifications } from "../notifications/index.ts";
import { type Bank, openBank, readLog } from "./bank/bank.ts";
import { type Changes, type MembershipChange, openChanges } from "./changes.ts";
import { readBans } from "./membership/bans.ts";
import { type GroupLooks, openFounding } from "./membership/founding.ts";
import { type BlockedBy, type Joined, openJoining } from "./membership/joining.ts";
import { permitted, readRole } from "./membership/locking.ts";
import { openMembers } from "./membership/members.ts";
import {
  type GroupMember,
  type GroupPerson,
  type ListedGroup,
  listGroups,
  type OwnGroup,
  readGroup,
  readGroupsOf,
  readMembers,
  readOwnRequests,
  readWaiting,
} from "./membership/reading.ts";
import { openNotices } from "./notices.ts";
import { allows, type GroupPermission, type GroupRole, PERMISSIONS } from "./permissions.ts";
import type { GroupSettings } from "./settings.ts";

/** What an account did; of each kind it is counted how often. */
export type GroupAct =
  | "create"
  | "edit"
  | "request"
  | "drop"
  | "accept"
  | "refuse"
  | "invite"
  | "role"
  | "remove"
  | "unban"
  | "leave"
  | "disband"
  | "deposit"
  | "withdraw";

/** An account as a request names it: by its id, or by its exact name. */
export type Named = { readonly account: string } | { readonly name: string };

/** A group as one of its members sees it. */
export interface MyGroup extends OwnGroup {
  readonly permissions: readonly GroupPermission[];
}

/** All that an account has to do with groups. */
export interface OwnGroups {
  readonly groups: readonly MyGroup[];
  readonly asked: readonly ListedGroup[];
  readonly invited: readonly ListedGroup[];
}

/** Groups of accounts: the plugin's API for rooms, routes and other plugins. */
export interface Groups {
  /** The groups that an account is in, and its role in each. */
  groupsOf(accountId: string): Promise<OwnGroup[]>;
  /** Ids and roles of the members of a group; empty: there is no such group. */
  membersOf(groupId: string): Promise<GroupMember[]>;
  /** Role of an account in a group; undefined: it is no member, or there is no such group. */
  roleOf(accountId: string, groupId: string): Promise<GroupRole | undefined>;
  /**
   * Calls back when a membership has changed and is in the database: in the process that changed it, and in
   * each process where the account is in a room, once in each. It is not told while Redis is away, nor when a
   * lead passes on because an account was deleted: who keeps memberships reads them anew now and then.
   *
   * @returns a function that ends it
   */
  onChange(listener: (change: MembershipChange) => void): () => void;
  /** Groups whose name begins so, or whose tag it is. */
  search(text: string, page: { after?: string | undefined; limit: number }): ReturnType<typeof listGroups>;
  /** @throws GROUP_UNKNOWN */
  read(groupId: string): Promise<ListedGroup>;
  mine(me: string): Promise<OwnGroups>;
  /** For members. @throws GROUP_STRANGER */
  members(me: string, groupId: string): Promise<GroupMember[]>;
  /** For those who answer or invite. @throws GROUP_STRANGER, GROUP_PERMISSION */
  waiting(me: string, groupId: string): Promise<{ asked: GroupPerson[]; invited: GroupPerson[] }>;
  /** The account that a name or id stands for. @throws ACCOUNT_UNKNOWN */
  find(named: Named): Promise<string>;
  /** See `Founding`, `Joining` and `Members`, whose errors they throw. */
  create(me: string, looks: GroupLooks): Promise<string>;
  edit(me: string, groupId: string, looks: Partial<GroupLooks>): Promise<void>;
  /** @throws RATE_LIMITED */
  request(me: string, groupId: string): Promise<Joined>;
  drop(me: string, groupId: string): Promise<void>;
  accept(me: string, groupId: string, other: string): Promise<void>;
  refuse(me: string, groupId: string, other: string): Promise<void>;
  /** @throws RATE_LIMITED */
  invite(me: string, groupId: string, other: string): Promise<Joined>;
  setRole(me: string, groupId: string, other: string, role: GroupRole): Promise<void>;
  remove(me: string, groupId: string, other: string): Promise<void>;
  /** Those who were removed, the latest first, for those who remove. @throws as `waiting` */
  banned(me: string, groupId: string): Promise<GroupPerson[]>;
  unban(me: string, groupId: string, other: string): Promise<void>;
  leave(me: string, groupId: string): Promise<void>;
  disband(me: string, groupId: string): Promise<void>;
  readonly bank: Bank;
}

/** The API with what the plugin's own parts need. */
export interface OpenGroups extends Groups {
  readonly changes: Changes;
  readonly counts: ReadonlyMap<GroupAct, number>;
  /** For operators. */
  readonly services: Pick<PluginServices, "db" | "people" | "names" | "ledger">;
  logOf(groupId: string, before?: string): ReturnType<typeof readLog>;
}

/** Opens groups on the services of a process. */
export function openGroups(services: PluginServices<GroupSettings>): OpenGroups {
  const { db, people, log, settings, limit, names, ledger } = services;
  const { permissions } = settings;
  const blocking = services.optional(friends);
  const blockedBy: BlockedBy = async (accountId) =>
    ((await blocking?.blocksOf([accountId])) ?? []).map(({ blocked }) => blocked);
  const asks = limit("requests", { most: settings.requestsPerMinute, withinS: 60 });
  const creations = limit("creations", { most: settings.createsPerDay, withinS: 86_400 });
  const founding = openFounding(services, settings, creations);
  const noticed = {
    ...services,
    notices: openNotices(services.optional(notifications), permissions),
  };
  const joining = openJoining(noticed, settings, blockedBy);
  const members = openMembers(noticed, settings);
  const bank = openBank(services, settings);
  const changes = openChanges(people, log);
  const counts = new Map<GroupAct, number>();
  const count = (act: GroupAct) => counts.set(act, (counts.get(act) ?? 0) + 1);

  const changed = async (act: GroupAct, work: Promise<readonly MembershipChange[]>) => {
    const all = await work;
    count(act);
    changes.changed(all);
  };
  const joined = (act: GroupAct, groupId: string, accountId: string) => {
    const change = { groupId, accountId, role: "member" } as const;
    return changed(act, Promise.resolve([change]));
  };
  const tellThoseWho = async (may: GroupPermission, groupId: string) => {
    const all = await readMembers({ db, people }, groupId);
    const who = all.filter(({ role }) => allows(permissions, role, may)).map(({ account }) => account);
    changes.news(who, "request");
  };

  return {
    groupsOf: (accountId) => readGroupsOf(db, accountId),
    membersOf: (groupId) => readMembers({ db, people }, groupId),
    roleOf: (accountId, groupId) => readRole(db, groupId, accountId),
    onChange: changes.onChange,
    search: (text, page) => listGroups(db, { key: names.key(text), ...page }),
    read: (groupId) => readGroup(db, groupId),
    async mine(me) {
      const [own, blocked] = await Promise.all([readGroupsOf(db, me), blockedBy(me)]);
      const all = Object.keys(PERMISSIONS) as GroupPermission[];
      return {
        groups: own.map((one) => ({
          ...one,
          permissions: all.filter((what) => allows(permissions, one.role, what)),
        })),
        ...(await readOwnRequests(db, me, blocked)),
      };
    },
    async members(me, groupId) {
      await readGroup(db, groupId);
      if (!(await readRole(db, groupId, me))) throw new RoomkeepError("GROUP_STRANGER");
      return readMembers({ db, people }, groupId);
    },
    async waiting(me, groupId) {
      await readGroup(db, groupId);
      const roleOf = () => readRole(db, groupId, me);
      await permitted(permissions, { roleOf }, me, "answer");
      return readWaiting({ db, people }, groupId, await blockedBy(me));
    },
    async find(named) {
      const id = "account" in named ? named.account.toLowerCase() : await people.find(named.name);
      if (id === undefined) throw new RoomkeepError("ACCOUNT_UNKNOWN", "No account has this name.");
      return id;
    },
    async create(me, looks) {
      const groupId = await founding.create(me, looks);
      await changed("create", Promise.resolve([{ groupId, accountId: me, role: "leader" }]));
      return groupId;
    },
    async edit(me, groupId, looks) {
      await founding.edit(me, groupId, looks);
      count("edit");
    },
    async request(me, groupId) {
      await asks.spend(me);
      const state = await joining.request(me, groupId);
      if (state === "member") await joined("request", groupId, me);
      else {
        count("request");
        await tellThoseWho("answer", groupId);
      }
      return state;
    },
    async drop(me, groupId) {
      await joining.drop(me, groupId);
      count("drop");
    },
    async accept(me, groupId, other) {
      await joining.accept(me, groupId, other);
      await joined("accept", groupId, other);
    },
    async refuse(me, groupId, other) {
      await joining.refuse(me, groupId, other);
      count("refuse");
      changes.news([other], "group");
    },
    async invite(me, groupId, other) {
      await asks.spend(me);
      const { state, isNews } = await joining.invite(me, groupId, other);
      if (state === "member") await joined("invite", groupId, other);
      else {
        count("invite");
        if (isNews) changes.news([other], "invitation");
      }
      return state;
    },
    setRole: (me, groupId, other, role) => changed("role", members.setRole(me, groupId, other, role)),
    remove: (me, groupId, other) => changed("remove", members.remove(me, groupId, other)),
    async banned(me, groupId) {
      await readGroup(db, groupId);
      await permitted(permissions, { roleOf: () => readRole(db, groupId, me) }, me, "remove");
      return readBans({ db, people }, groupId);
    },
    async unban(me, groupId, other) {
      await members.unban(me, groupId, other);
      count("unban");
    },
    leave: (me, groupId) => changed("leave", members.leave(me, groupId)),
    disband: (me, groupId) => changed("disband", members.disband(me, groupId)),
    bank: {
      ...bank,
      async deposit(...asked) {
        const answer = await bank.deposit(...asked);
        if (!answer.repeated) count("deposit");
        return answer;
      },
      async withdraw(...asked) {
        const answer = await bank.withdraw(...asked);
        if (!answer.repeated) count("withdraw");
        return answer;
      },
    },
    changes,
    counts,
    services: { db, people, names, ledger },
    logOf: (groupId, before) => readLog({ db, people }, groupId, before),
  };
}
