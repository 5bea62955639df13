import { type AnyPlugin, definePlugin } from "roomkeep/server";
import { chat } from "../chat/index.ts";
import { friends } from "../friends/index.ts";
import { notifications } from "../notifications/index.ts";
import { addGroupChannel } from "./channel.ts";
import { groupOperations } from "./desk.ts";
import { type OpenGroups, openGroups } from "./groups.ts";
import { groupBans } from "./membership/bans.ts";
import { dropOldRequests } from "./membership/reading.ts";
import { exportMetrics } from "./metrics.ts";
import { groupTables } from "./migration.ts";
import { groupPart } from "./room-part.ts";
import { groupRoutes } from "./routes.ts";
import { groupSettings } from "./settings.ts";

export type { Bank, BankAnswer, BankLine, BankRequest, BankView, Holding } from "./bank/bank.ts";
export type { MembershipChange } from "./changes.ts";
export type { GroupAct, Groups, MyGroup, OpenGroups, OwnGroups } from "./groups.ts";
export type { GroupLooks } from "./membership/founding.ts";
export type { Joined } from "./membership/joining.ts";
export type { GroupAccess } from "./membership/locking.ts";
export type { GroupMember, GroupPerson, ListedGroup, OwnGroup } from "./membership/reading.ts";
export type { GroupPermission, GroupRole } from "./permissions.ts";

/**
 * Groups of accounts (guilds), with roles, requests, invitations, and a bank in the ledger. Its API is
 * `Groups`; players reach it by `/v1/groups`. Settings: see its README.
 *
 * @example
 * export const plugins = [friends, groups.with({ membersMax: 50 })];
 */
export const groups = definePlugin({
  name: "groups",
  version: "1.0.0",
  uses: [friends, chat, notifications as unknown as AnyPlugin],
  settings: groupSettings,
  migrations: [groupTables, groupBans],
  open(services): OpenGroups {
    const opened = openGroups(services);
    const channels = services.optional(chat);
    if (channels) addGroupChannel(channels, opened);
    return opened;
  },
  routes: groupRoutes,
  room: groupPart,
  operations: groupOperations,
  metrics: exportMetrics,
  retention: ({ requestDays, bankLogDays }) => [
    { sweep: (db) => dropOldRequests(db, requestDays) },
    { table: "group_bank_log", column: "at", days: bankLogDays },
  ],
});
