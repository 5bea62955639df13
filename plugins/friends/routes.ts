import { type PluginRoute, route } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Friends } from "./friends.ts";

const person = z.object({ account: z.uuid(), name: z.string(), since: z.iso.datetime() });
const list = z.object({
  code: z.string(),
  friends: z.array(
    person.extend({
      where: z.object({ name: z.string(), game: z.string(), joinable: z.boolean() }).nullable(),
    }),
  ),
  received: z.array(person),
  sent: z.array(person),
  blocked: z.array(person),
  presenceKnown: z.boolean(),
});
/** By the id of an account, its exact name, or its friend code. */
const named = z.union([
  z.strictObject({ account: z.uuid() }),
  z.strictObject({ name: z.string().min(1).max(96) }),
  z.strictObject({ code: z.string().min(4).max(24) }),
]);

/** The routes of the plugin: lists, requests, friends and blocks of the account that asks. */
export function friendRoutes(friends: Friends): Record<string, PluginRoute> {
  /** Answers 204 to what was done with the account of the path. */
  const act = (
    method: "POST" | "DELETE",
    path: string,
    summary: string,
    work: (me: string, other: string) => Promise<void>,
  ) =>
    route({
      method,
      path,
      summary,
      status: 204,
      codes: ["FRIEND_UNKNOWN", "FRIEND_SELF", "ACCOUNT_UNKNOWN"],
      async answer({ caller, params }) {
        await work(caller.accountId, accountIn(params));
        return null;
      },
    });
  return {
    listFriends: route({
      method: "GET",
      path: "/v1/friends",
      summary: "Friends and where they play, requests, blocked accounts, and the own friend code",
      result: list,
      // The lists are the caller's own and leave as they were read.
      answer: async ({ caller }) => (await friends.list(caller.accountId)) as z.output<typeof list>,
    }),
    requestFriend: route({
      method: "POST",
      path: "/v1/friends/requests",
      summary:
        "Ask for a friendship, by account, exact name or friend code; who has asked already is accepted",
      body: named,
      // Names and codes are not tried without end.
      perMinute: 60,
      result: z.object({ state: z.enum(["sent", "friends"]) }),
      codes: [
        "FRIEND_SELF",
        "ACCOUNT_UNKNOWN",
        "FRIEND_BLOCKED",
        "FRIENDS_FULL",
        "REQUESTS_FULL",
        "RATE_LIMITED",
      ],
      async answer({ caller, body }) {
        const state = await friends.request(caller.accountId, await friends.find(body));
        return { state: state === "friends" ? ("friends" as const) : ("sent" as const) };
      },
    }),
    acceptFriend: route({
      method: "POST",
      path: "/v1/friends/requests/:account/accept",
      summary: "Accept a request",
      status: 204,
      codes: ["FRIEND_UNKNOWN", "FRIENDS_FULL"],
      async answer({ caller, params }) {
        await friends.accept(caller.accountId, accountIn(params));
        return null;
      },
    }),
    dropFriendRequest: act(
      "DELETE",
      "/v1/friends/requests/:account",
      "Refuse a request, or withdraw the own one; the other is not told which",
      friends.drop,
    ),
    removeFriend: act("DELETE", "/v1/friends/:account", "End a friendship", friends.remove),
    joinFriend: route({
      method: "POST",
      path: "/v1/friends/:account/join",
      summary: "The room where a friend plays, if one may come; join it by the code",
      result: z.object({ game: z.string(), code: z.string() }),
      codes: ["FRIEND_UNKNOWN", "FRIEND_AWAY", "FRIEND_PRIVATE", "ROOM_FULL", "REDIS_UNAVAILABLE"],
      answer: ({ caller, params }) => friends.join(caller.accountId, accountIn(params)),
    }),
    blockAccount: route({
      method: "POST",
      path: "/v1/friends/blocks",
      summary: "Block an account, which is not told: its lines, whispers, invitations and requests end here",
      body: named,
      status: 204,
      codes: ["FRIEND_SELF", "ACCOUNT_UNKNOWN", "BLOCKS_FULL"],
      async answer({ caller, body }) {
        await friends.block(caller.accountId, await friends.find(body));
        return null;
      },
    }),
    unblockAccount: act("DELETE", "/v1/friends/blocks/:account", "Unblock an account", friends.unblock),
  };
}

/** @throws MESSAGE_INVALID it is no id */
function accountIn({ account }: Readonly<Record<string, string>>): string {
  const { data } = z.uuid().safeParse(account);
  if (!data) throw new RoomkeepError("MESSAGE_INVALID", "account: is no id of an account.");
  return data.toLowerCase();
}
