import { type PluginRoute, route } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Matchmaking } from "./api.ts";
import { partyMax, rolesOf } from "./match/queue.ts";
import { shownRating } from "./match/ratings.ts";

const value = z.union([z.string().max(64), z.number(), z.boolean()]);
const roles = z.array(z.string().max(40)).max(30);
/** A number that is none is refused by name. */
const latency = z.record(z.string().max(40), z.unknown()).refine((all) => Object.keys(all).length <= 30);
const values = z.record(z.string().max(40), z.unknown()).refine((all) => Object.keys(all).length <= 10);
const ticket = z.object({
  state: z.enum(["none", "waiting", "ready", "opening", "open"]),
  queue: z.string().nullable(),
  party: z.int(),
  waitedS: z.number().nullable(),
  estimateS: z.number().nullable(),
  match: z.string().nullable(),
  leftS: z.number().nullable(),
  isReady: z.boolean(),
  ready: z.int(),
  seats: z.int(),
  team: z.int().nullable(),
  role: z.string().nullable(),
  game: z.string().nullable(),
  code: z.string().nullable(),
  penaltyS: z.number().nullable(),
});
const queue = z.object({
  name: z.string(),
  label: z.string(),
  game: z.string(),
  teams: z.array(z.int()),
  party: z.int(),
  roles: z.array(z.string()),
  properties: z.record(
    z.string(),
    z.object({
      kind: z.enum(["same", "any", "near"]),
      values: z.array(value).optional(),
      min: z.number().optional(),
      max: z.number().optional(),
    }),
  ),
  regions: z.array(z.object({ name: z.string(), url: z.string() })),
  rating: z.number(),
  games: z.int(),
});
const played = z.object({
  match: z.string(),
  queue: z.string(),
  rank: z.int().nullable(),
  before: z.number(),
  after: z.number().nullable(),
  at: z.iso.datetime(),
});

/** The routes of the plugin: queues, the ticket of the account that asks, ready checks, and its matches. */
export function matchmakingRoutes(matchmaking: Matchmaking): Record<string, PluginRoute> {
  const answer = (path: string, summary: string, isReady: boolean) =>
    route({
      method: "POST",
      path,
      summary,
      status: 204,
      codes: ["READY_OVER"],
      async answer({ caller, params }) {
        const { data } = z.uuid().safeParse(params.match);
        if (!data) throw new RoomkeepError("MESSAGE_INVALID", "match: is no id of a match.");
        await matchmaking.answer(caller.accountId, data, isReady);
        return null;
      },
    });
  return {
    listQueues: route({
      method: "GET",
      path: "/v1/matchmaking",
      summary: "The queues, what a ticket for each may say, and the own rating",
      result: z.object({ queues: z.array(queue) }),
      async answer({ caller }) {
        const shown = matchmaking.queues.map(async (one) => {
          const { games, ...rating } = await matchmaking.ratingOf(caller.accountId, one.name);
          return {
            name: one.name,
            label: one.label ?? one.name,
            game: one.game,
            teams: one.teams.map(({ size }) => size),
            party: partyMax(one),
            roles: rolesOf(one.teams),
            properties: Object.fromEntries(
              Object.entries(one.properties).map(([name, rule]) => [
                name,
                rule.kind === "near"
                  ? { kind: rule.kind, min: rule.min, max: rule.max }
                  : { kind: rule.kind, values: rule.values },
              ]),
            ),
            regions: one.regions?.list ?? [],
            rating: shownRating(rating),
            games,
          };
        });
        return { queues: await Promise.all(shown) };
      },
    }),
    readTicket: route({
      method: "GET",
      path: "/v1/matchmaking/ticket",
      summary: "The own ticket as it is now; pages ask it again after a reload",
      result: ticket,
      answer: ({ caller }) => matchmaking.ticket(caller.accountId),
    }),
    joinMatchQueue: route({
      method: "POST",
      path: "/v1/matchmaking/ticket",
      summary: "Join a queue, with the whole party of who leads one",
      perMinute: 30,
      body: z.strictObject({
        queue: z.string().max(40),
        properties: values.optional(),
        roles: roles.optional(),
        latency: latency.optional(),
      }),
      result: ticket,
      codes: [
        "QUEUE_UNKNOWN",
        "QUEUE_CLOSED",
        "QUEUE_MEMBER",
        "QUEUE_PENALTY",
        "QUEUE_PARTY_TOO_LARGE",
        "TICKETS_FULL",
        "QUEUE_PROPERTY_INVALID",
        "QUEUE_ROLE_UNKNOWN",
        "QUEUE_LATENCY_INVALID",
        "PARTY_LEADER_ONLY",
        "PARTY_AWAY",
        "REDIS_UNAVAILABLE",
      ],
      async answer({ caller, body }) {
        await matchmaking.join(caller.accountId, body);
        return matchmaking.ticket(caller.accountId);
      },
    }),
    changeTicket: route({
      method: "PATCH",
      path: "/v1/matchmaking/ticket",
      summary: "Say anew which roles one offers, and latencies; each member of a party says its own",
      body: z.strictObject({ roles: roles.optional(), latency: latency.optional() }),
      status: 204,
      codes: ["QUEUE_NONE", "QUEUE_UNKNOWN", "QUEUE_ROLE_UNKNOWN", "QUEUE_LATENCY_INVALID"],
      async answer({ caller, body }) {
        await matchmaking.change(caller.accountId, body);
        return null;
      },
    }),
    leaveMatchQueue: route({
      method: "DELETE",
      path: "/v1/matchmaking/ticket",
      summary: "Leave the queue, with the whole party; out of a match that was found it counts as declined",
      status: 204,
      codes: ["QUEUE_NONE"],
      async answer({ caller }) {
        await matchmaking.leave(caller.accountId);
        return null;
      },
    }),
    acceptMatch: answer("/v1/matchmaking/matches/:match/ready", "Be ready for a match that was found", true),
    declineMatch: answer(
      "/v1/matchmaking/matches/:match/decline",
      "Decline a match that was found: the others wait on, and who declines waits for a penalty",
      false,
    ),
    listPlayedMatches: route({
      method: "GET",
      path: "/v1/matchmaking/matches",
      summary: "The latest matches of the account, with ranks and ratings",
      result: z.object({ matches: z.array(played) }),
      answer: async ({ caller }) => ({ matches: await matchmaking.played(caller.accountId) }),
    }),
  };
}
