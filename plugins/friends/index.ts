import { Counter, Gauge, type Registry } from "prom-client";
import { type AnyPlugin, definePlugin } from "roomkeep/server";
import { z } from "zod";
import { notifications } from "../notifications/index.ts";
import { type Friends, openFriends } from "./friends.ts";
import { friendTables } from "./migration.ts";
import { dropOldRequests } from "./relations.ts";
import { friendPart } from "./room-part.ts";
import { friendRoutes } from "./routes.ts";
import { FriendCode, FriendRelation } from "./rows.ts";

export type { FriendAct, FriendList, Friends, ListedFriend, ListedPerson, Named } from "./friends.ts";

/**
 * Friends and blocks by account. Settings: `friendsMax` 1 to 5,000, default 200; `requestsMax`, that wait
 * for an answer, 1 to 1,000, default 50; `requestsPerMinute` 1 to 1,000, default 20; `blocksMax` 1 to 5,000,
 * default 500; `requestDays` that an unanswered request stays, 1 to 3,650, default 60; `presenceMs`, how
 * often friends are told who came and went, 100 to 60,000, default 2,000.
 *
 * @example
 * export const plugins = [friends.with({ friendsMax: 100 })];
 */
export const friends = definePlugin({
  name: "friends",
  version: "1.0.0",
  settings: z.object({
    friendsMax: z.coerce.number().int().min(1).max(5_000).default(200),
    requestsMax: z.coerce.number().int().min(1).max(1_000).default(50),
    requestsPerMinute: z.coerce.number().int().min(1).max(1_000).default(20),
    blocksMax: z.coerce.number().int().min(1).max(5_000).default(500),
    requestDays: z.coerce.number().int().min(1).max(3_650).default(60),
    presenceMs: z.coerce.number().int().min(100).max(60_000).default(2_000),
  }),
  uses: [notifications as unknown as AnyPlugin],
  entities: [FriendRelation, FriendCode],
  migrations: [friendTables],
  open: (services): Friends => openFriends(services),
  routes: friendRoutes,
  room: friendPart,
  hides: async (accountIds, { blocksOf }: Friends) =>
    (await blocksOf(accountIds)).map(({ account, blocked }) => ({ account, hidden: blocked })),
  metrics: measure,
  retention: ({ requestDays }) => [{ sweep: (db) => dropOldRequests(db, requestDays) }],
});

function measure(registry: Registry, { counts, blocks }: Friends): void {
  new Counter({
    name: "roomkeep_friends_acts_total",
    help: "What accounts did: requests, acceptances, removals, blocks, joins, invitations",
    labelNames: ["act"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [act, count] of counts) this.inc({ act }, count);
    },
  });
  new Gauge({
    name: "roomkeep_friends_accounts",
    help: "Accounts whose blocks this process has in memory",
    registers: [registry],
    collect() {
      this.set(blocks.size);
    },
  });
}
