import type { Whereabouts } from "roomkeep/rooms";
import type { PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { notifications } from "../notifications/index.ts";
import { type Blocks, openBlocks } from "./blocks.ts";
import { accountOfCode, codeOf } from "./codes.ts";
import { openNotices } from "./notices.ts";
import { openPresenceNews, type PresenceNews } from "./presence.ts";
import { arePairedFriends, isBlockOfPair, readBlocksOf, readFriendsOf, readRelated } from "./reading.ts";
import { type Change, type Limits, openRelations } from "./relations.ts";

/** Settings of the plugin. */
export interface FriendSettings extends Limits {
  /** Requests of one account a minute. */
  readonly requestsPerMinute: number;
  /** Days after which a request that nobody has answered ends. */
  readonly requestDays: number;
  /** How often friends are told who came and went, ms. */
  readonly presenceMs: number;
}

/** How an account is named: by its id, its exact name, or its friend code. */
export type Named = { readonly account: string } | { readonly name: string } | { readonly code: string };

/** A friend, a request or a blocked account, as its list shows it. */
export interface ListedPerson {
  readonly account: string;
  readonly name: string;
  /** ISO. */
  readonly since: string;
}

/** A friend with the place where they play; null: they are in no room. */
export interface ListedFriend extends ListedPerson {
  readonly where: Pick<Whereabouts, "name" | "game" | "joinable"> | null;
}

/** The people of an account. */
export interface FriendList {
  /** By which others find the account. */
  readonly code: string;
  readonly friends: readonly ListedFriend[];
  readonly received: readonly ListedPerson[];
  readonly sent: readonly ListedPerson[];
  readonly blocked: readonly ListedPerson[];
  /** False: nobody knows now who is online. */
  readonly presenceKnown: boolean;
}

/** What an account did; of each kind it is counted how often. */
export type FriendAct = "request" | "accept" | "drop" | "remove" | "block" | "unblock" | "join" | "invite";

/** Friends and blocks of accounts: the plugin's API for rooms, routes and other plugins. */
export interface Friends {
  areFriends(a: string, b: string): Promise<boolean>;
  /** Ids of the friends of an account. */
  friendsOf(accountId: string): Promise<string[]>;
  /** Whether one of the two has blocked the other, such as for matches as team mates. */
  isBlockBetween(a: string, b: string): Promise<boolean>;
  /** Whom each of some accounts has blocked, such as for many matches at once. */
  blocksOf(accountIds: readonly string[]): Promise<{ account: string; blocked: string }[]>;
  /** Whether somebody in a room of this process has blocked an account; answers from memory. */
  hasBlocked(blocker: string, accountId: string): boolean;
  /** The account that a name, code or id stands for. @throws ACCOUNT_UNKNOWN */
  find(named: Named): Promise<string>;
  list(me: string): Promise<FriendList>;
  /** See `Relations`. @throws RATE_LIMITED */
  request(me: string, other: string): Promise<Change["state"]>;
  accept(me: string, other: string): Promise<void>;
  drop(me: string, other: string): Promise<void>;
  remove(me: string, other: string): Promise<void>;
  /** It holds in every room of the one who blocks as soon as it is answered. */
  block(me: string, other: string): Promise<void>;
  unblock(me: string, other: string): Promise<void>;
  /** The room of a friend, if one may come. @throws FRIEND_UNKNOWN, FRIEND_AWAY, FRIEND_PRIVATE, ROOM_FULL */
  join(me: string, friend: string): Promise<{ game: string; code: string }>;
  /**
   * Invites a friend into the room where one plays.
   * @throws FRIEND_UNKNOWN, FRIEND_AWAY, FRIEND_PRIVATE, ROOM_FULL
   */
  invite(me: string, friend: string, roomId: string): Promise<void>;
  readonly blocks: Blocks;
  readonly presence: PresenceNews;
  /** How often each act was done. */
  readonly counts: ReadonlyMap<FriendAct, number>;
  readonly settings: FriendSettings;
}

/** Opens friends and blocks on the services of a process. */
export function openFriends(services: PluginServices<FriendSettings>): Friends {
  const { db, people, log, settings, limit, onClose, transaction, optional } = services;
  const notes = optional(notifications);
  const relations = openRelations({ transaction, notices: notes && openNotices(notes) }, settings);
  const requests = limit("requests", { most: settings.requestsPerMinute, withinS: 60 });
  const blocks = openBlocks(db, log);
  const presence = openPresenceNews(services, settings.presenceMs);
  onClose(blocks.close);
  onClose(presence.close);
  const counts = new Map<FriendAct, number>();

  /** Both sides read their lists anew: it says no more than that, so that a block looks like a removal. */
  const tell = (accountId: string, what: "list" | "request") => people.tell(accountId, "changed", { what });

  async function done(act: FriendAct, me: string, other: string, { state, isNews }: Change) {
    counts.set(act, (counts.get(act) ?? 0) + 1);
    if (isNews) void tell(other, state === "sent" ? "request" : "list");
    // A change of blocks holds once the rooms of the one who blocks have heard of it.
    if (act === "block" || act === "unblock") {
      await blocks.read(me);
      await tell(me, "list");
    } else void tell(me, "list");
    return state;
  }

  const areFriends = (a: string, b: string) => arePairedFriends(db, a, b);
  const refuseStranger = async (me: string, friend: string) => {
    if (!(await areFriends(me, friend))) throw new RoomkeepError("FRIEND_UNKNOWN");
  };

  return {
    areFriends,
    friendsOf: async (id) => (await readFriendsOf(db, [id])).map(({ friend }) => friend),
    isBlockBetween: (a, b) => isBlockOfPair(db, a, b),
    blocksOf: (ids) => readBlocksOf(db, ids),
    hasBlocked: blocks.has,
    async find(named) {
      const id =
        "account" in named
          ? named.account.toLowerCase()
          : "code" in named
            ? await accountOfCode(db, named.code)
            : await people.find(named.name);
      if (id === undefined) throw new RoomkeepError("ACCOUNT_UNKNOWN", "No account has this name or code.");
      return id;
    },
    async list(me) {
      const related = await readRelated(db, me);
      const [code, names] = await Promise.all([
        codeOf(db, me),
        people.names(related.map(({ account }) => account)),
      ]);
      const friends = related.filter(({ list }) => list === "friends");
      const there = await people.where(friends.map(({ account }) => account)).catch(() => undefined);
      const of = (list: string) =>
        related
          .filter((one) => one.list === list)
          .map(({ account, since }) => ({ account, since, name: names.get(account) ?? "" }));
      return {
        code,
        friends: of("friends").map((friend) => ({ ...friend, where: shown(there?.get(friend.account)) })),
        received: of("received"),
        sent: of("sent"),
        blocked: of("blocked"),
        presenceKnown: there !== undefined,
      };
    },
    async request(me, other) {
      await requests.spend(me);
      return done("request", me, other, await relations.request(me, other));
    },
    async accept(me, other) {
      await done("accept", me, other, await relations.accept(me, other));
    },
    async drop(me, other) {
      await done("drop", me, other, await relations.drop(me, other));
    },
    async remove(me, other) {
      await done("remove", me, other, await relations.remove(me, other));
    },
    async block(me, other) {
      await done("block", me, other, await relations.block(me, other));
    },
    async unblock(me, other) {
      await done("unblock", me, other, await relations.unblock(me, other));
    },
    async join(me, friend) {
      await refuseStranger(me, friend);
      const there = (await people.where([friend])).get(friend);
      if (!there) throw new RoomkeepError("FRIEND_AWAY");
      if (there.hidden) throw new RoomkeepError("FRIEND_PRIVATE");
      if (!there.joinable) throw new RoomkeepError("ROOM_FULL");
      counts.set("join", (counts.get("join") ?? 0) + 1);
      return { game: there.game, code: there.roomId };
    },
    async invite(me, friend, roomId) {
      await refuseStranger(me, friend);
      const here = (await people.where([me])).get(me);
      // Who invites gives the code away, also of a hidden room; the place of a party is for nobody else.
      if (here?.roomId !== roomId) throw new RoomkeepError("FRIEND_PRIVATE");
      if (!here.joinable) throw new RoomkeepError(here.hidden ? "FRIEND_PRIVATE" : "ROOM_FULL");
      const name = (await people.names([me])).get(me) ?? "";
      const { game } = here;
      const outcome = await people.tell(friend, "invited", { account: me, name, game, code: roomId });
      if (outcome === "offline") throw new RoomkeepError("FRIEND_AWAY");
      counts.set("invite", (counts.get("invite") ?? 0) + 1);
    },
    blocks,
    presence,
    counts,
    settings,
  };
}

/** Of a room that is entered by an invitation nothing is told but its game. */
function shown(there: Whereabouts | undefined): ListedFriend["where"] {
  if (!there) return null;
  const { name, game, joinable, hidden } = there;
  return { name, game, joinable: joinable && !hidden };
}
