import { type PluginRoute, route } from "roomkeep/server";
import type { ErrorCode } from "roomkeep/shared";
import { z } from "zod";
import { bankRoutes } from "./bank/bank-routes.ts";
import type { OpenGroups } from "./groups.ts";
import { PAGE_MAX } from "./membership/reading.ts";
import { ROLES } from "./permissions.ts";
import { editedGroup, idIn, listed, member, mine, named, newGroup, person, readQuery } from "./shapes.ts";

const NAMING = ["NAME_INVALID", "NAME_REFUSED", "GROUP_NAME_TAKEN"] as const;
const ACTING = ["GROUP_UNKNOWN", "GROUP_STRANGER", "GROUP_PERMISSION"] as const;
const PAYING = ["NO_SPACE", "CHARACTER_MISSING"] as const;
const listQuery = z.object({
  search: z.string().max(96).optional().meta({ description: "beginning of the name, or the whole tag" }),
  after: z.string().max(600).optional().meta({ description: "cursor of the page before" }),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(20),
});

/** The routes of the plugin, for the account that asks. */
export function groupRoutes(groups: OpenGroups): Record<string, PluginRoute> {
  /** Answers 204 to what was done with the group, and the account, of the path. */
  const act = (
    place: `${"POST" | "DELETE"} ${string}`,
    summary: string,
    codes: readonly ErrorCode[],
    work: (me: string, group: string, other: () => string) => Promise<void>,
  ) => {
    const [method, path = ""] = place.split(" ") as ["POST" | "DELETE", string];
    return route({
      method,
      path: `/v1/groups/:group${path}`,
      summary,
      status: 204,
      codes: [...ACTING, ...codes],
      async answer({ caller, params }) {
        await work(caller.accountId, idIn(params, "group"), () => idIn(params, "account"));
        return null;
      },
    });
  };
  return {
    listGroups: route({
      method: "GET",
      path: "/v1/groups",
      summary: "Groups by name",
      perMinute: 60,
      documents: { query: listQuery },
      result: z.object({ groups: z.array(listed), next: z.string().nullable() }),
      async answer({ query }) {
        const { search = "", ...page } = readQuery(listQuery, query);
        return groups.search(search, page);
      },
    }),
    listOwnGroups: route({
      method: "GET",
      path: "/v1/groups/mine",
      summary: "Groups of the account with its role, its requests, and invitations",
      result: mine,
      // The lists are the caller's own and leave as they were read.
      answer: async ({ caller }) => (await groups.mine(caller.accountId)) as z.output<typeof mine>,
    }),
    createGroup: route({
      method: "POST",
      path: "/v1/groups",
      summary: "Found a group, as its leader",
      body: newGroup,
      perMinute: 20,
      result: z.object({ id: z.uuid() }),
      codes: [...NAMING, "GROUPS_FULL"],
      answer: async ({ caller, body }) => ({ id: await groups.create(caller.accountId, body) }),
    }),
    readGroup: route({
      method: "GET",
      path: "/v1/groups/:group",
      summary: "A group, as everybody may see it",
      result: listed,
      codes: ["GROUP_UNKNOWN"],
      answer: ({ params }) => groups.read(idIn(params, "group")),
    }),
    editGroup: route({
      method: "PATCH",
      path: "/v1/groups/:group",
      summary: "Change name, tag, text or who may join",
      body: editedGroup,
      perMinute: 20,
      status: 204,
      codes: [...ACTING, ...NAMING],
      async answer({ caller, params, body }) {
        await groups.edit(caller.accountId, idIn(params, "group"), body);
        return null;
      },
    }),
    disbandGroup: act("DELETE ", "End a group; its leader gets what the bank holds", PAYING, groups.disband),
    leaveGroup: act(
      "POST /leave",
      "Leave a group; a lead passes on, and with the last one the group ends",
      PAYING,
      groups.leave,
    ),
    listGroupMembers: route({
      method: "GET",
      path: "/v1/groups/:group/members",
      summary: "Members with their roles, for members",
      result: z.object({ members: z.array(member) }),
      codes: ["GROUP_UNKNOWN", "GROUP_STRANGER"],
      async answer({ caller, params }) {
        return { members: await groups.members(caller.accountId, idIn(params, "group")) };
      },
    }),
    setGroupRole: route({
      method: "POST",
      path: "/v1/groups/:group/members/:account/role",
      summary: "Give a member a role; leader hands the own lead over",
      body: z.strictObject({ role: z.enum(ROLES) }),
      status: 204,
      codes: [...ACTING, "GROUP_FULL", "ACCOUNT_UNKNOWN"],
      async answer({ caller, params, body }) {
        const [group, other] = [idIn(params, "group"), idIn(params, "account")];
        await groups.setRole(caller.accountId, group, other, body.role);
        return null;
      },
    }),
    removeGroupMember: act(
      "DELETE /members/:account",
      "Remove a member of a lower role",
      ["ACCOUNT_UNKNOWN"],
      (me, group, other) => groups.remove(me, group, other()),
    ),
    listGroupBans: route({
      method: "GET",
      path: "/v1/groups/:group/bans",
      summary: "Who was removed, and comes back when somebody allows it; for those who remove",
      result: z.object({ banned: z.array(person) }),
      codes: ACTING,
      async answer({ caller, params }) {
        return { banned: await groups.banned(caller.accountId, idIn(params, "group")) };
      },
    }),
    unbanFromGroup: act(
      "DELETE /bans/:account",
      "Allow somebody back who was removed",
      [],
      (me, group, other) => groups.unban(me, group, other()),
    ),
    requestGroup: route({
      method: "POST",
      path: "/v1/groups/:group/requests",
      summary:
        "Ask to join; an open group takes anybody but who was removed, and any group whom it has invited",
      result: z.object({ state: z.enum(["waits", "member"]) }),
      codes: [
        "GROUP_UNKNOWN",
        "GROUP_MEMBER",
        "GROUP_CLOSED",
        "GROUP_FULL",
        "GROUPS_FULL",
        "REQUESTS_FULL",
        "RATE_LIMITED",
      ],
      answer: async ({ caller, params }) => ({
        state: await groups.request(caller.accountId, idIn(params, "group")),
      }),
    }),
    dropOwnGroupRequest: act(
      "DELETE /requests/mine",
      "Withdraw the own request, or decline an invitation",
      ["GROUP_UNINVITED"],
      groups.drop,
    ),
    listGroupRequests: route({
      method: "GET",
      path: "/v1/groups/:group/requests",
      summary: "Who waits for an answer, and who is invited, for those who answer",
      result: z.object({ asked: z.array(person), invited: z.array(person) }),
      codes: ACTING,
      answer: ({ caller, params }) => groups.waiting(caller.accountId, idIn(params, "group")),
    }),
    acceptGroupRequest: act(
      "POST /requests/:account/accept",
      "Accept a request",
      ["GROUP_UNINVITED", "GROUP_FULL", "GROUPS_FULL", "ACCOUNT_UNKNOWN"],
      (me, group, other) => groups.accept(me, group, other()),
    ),
    refuseGroupRequest: act(
      "DELETE /requests/:account",
      "Refuse a request, or withdraw an invitation",
      ["GROUP_UNINVITED"],
      (me, group, other) => groups.refuse(me, group, other()),
    ),
    inviteToGroup: route({
      method: "POST",
      path: "/v1/groups/:group/invitations",
      summary: "Invite an account, by id or exact name; who has asked is a member at once",
      body: named,
      // Names are not tried without end.
      perMinute: 60,
      result: z.object({ state: z.enum(["waits", "member"]) }),
      codes: [
        ...ACTING,
        "GROUP_MEMBER",
        "GROUP_FULL",
        "GROUPS_FULL",
        "REQUESTS_FULL",
        "ACCOUNT_UNKNOWN",
        "FRIEND_BLOCKED",
        "RATE_LIMITED",
      ],
      async answer({ caller, params, body }) {
        const group = idIn(params, "group");
        return { state: await groups.invite(caller.accountId, group, await groups.find(body)) };
      },
    }),
    ...bankRoutes(groups.bank),
  };
}
