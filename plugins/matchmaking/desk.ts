import { deskOperation, type PluginOperation } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Matchmaking } from "./api.ts";
import { shownRating } from "./match/ratings.ts";

const reason = z.string().trim().min(1).max(500).meta({ description: "for the audit log" });
const account = z.uuid().meta({ description: "id of the account" });

/** What operators do with queues. */
export function matchmakingOperations(matchmaking: Matchmaking): Record<string, PluginOperation> {
  const known = (name: string) => {
    if (!matchmaking.queues.some((queue) => queue.name === name)) throw new RoomkeepError("QUEUE_UNKNOWN");
  };
  const setClosed = (verb: string, closed: boolean) =>
    deskOperation({
      summary: closed ? "Close a queue: nobody joins, and who waits is not matched" : "Open a closed queue",
      permission: "rooms",
      kind: "write",
      params: z.object({ queue: z.string().max(40), reason }),
      result: z.object({ closed: z.boolean() }),
      codes: ["QUEUE_UNKNOWN"],
      async run({ db }, { queue }) {
        known(queue);
        await db.query("UPDATE matchmaking_queue SET closed = $2 WHERE name = $1", [queue, closed]);
        return { closed };
      },
      text: () => [`The queue is ${verb} now.`],
    });
  return {
    queues: deskOperation({
      summary: "Queues, who waits in them, and their latest matches",
      permission: "look",
      kind: "read",
      params: z.object({}),
      result: z.object({
        queues: z.array(
          z.object({
            queue: z.string(),
            closed: z.boolean(),
            waiting: z.int(),
            oldestS: z.number().nullable(),
            checks: z.int(),
            running: z.int(),
            waitS: z.number().nullable(),
          }),
        ),
      }),
      async run({ db }) {
        const rows = await db.query<QueueRow[]>(
          `SELECT q.name AS queue, q.closed, t.waiting, t.oldest, m.checks, m.running,
             (SELECT avg(waited_s) FROM (SELECT s.waited_s FROM matchmaking_match lm
               JOIN matchmaking_seat s ON s.match_id = lm.id WHERE lm.queue = q.name
               ORDER BY lm.created_at DESC LIMIT 100) AS latest) AS wait
           FROM matchmaking_queue q
           CROSS JOIN LATERAL (SELECT count(*)::int AS waiting,
             extract(epoch FROM now() - min(created_at))::float8 AS oldest
             FROM matchmaking_ticket WHERE queue = q.name AND match_id IS NULL) AS t
           CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE state = 'ready')::int AS checks,
             count(*) FILTER (WHERE state = 'open')::int AS running
             FROM matchmaking_match WHERE queue = q.name AND state <> 'over') AS m
           WHERE q.name = ANY($1) ORDER BY q.name`,
          [matchmaking.queues.map(({ name }) => name)],
        );
        return {
          queues: rows.map(({ oldest, wait, ...row }) => ({ ...row, oldestS: oldest, waitS: wait })),
        };
      },
      text: ({ queues }) =>
        queues.map(
          (one) =>
            `${one.queue}  ${one.closed ? "closed" : "open"}  ${one.waiting} waiting, ${one.checks} ready checks, ${one.running} running`,
        ),
    }),
    tickets: deskOperation({
      summary: "Tickets of a queue, the longest waiting first",
      permission: "look",
      kind: "read",
      params: z.object({ queue: z.string().max(40), limit: z.int().min(1).max(200).default(50) }),
      result: z.object({
        tickets: z.array(
          z.object({
            ticket: z.string(),
            waitedS: z.number(),
            match: z.string().nullable(),
            accounts: z.array(z.string()),
          }),
        ),
      }),
      codes: ["QUEUE_UNKNOWN"],
      async run({ db }, { queue, limit }) {
        known(queue);
        const tickets = await db.query<
          { ticket: string; waitedS: number; match: string | null; accounts: string[] }[]
        >(
          `SELECT t.id AS ticket, extract(epoch FROM now() - t.created_at)::float8 AS "waitedS",
             t.match_id AS match, jsonb_agg(m.account_id) AS accounts
           FROM matchmaking_ticket t JOIN matchmaking_member m ON m.ticket_id = t.id
           WHERE t.queue = $1 GROUP BY t.id ORDER BY t.created_at LIMIT $2`,
          [queue, limit],
        );
        return { tickets };
      },
      text: ({ tickets }) =>
        tickets.map((one) => `${one.ticket}  ${Math.round(one.waitedS)} s  ${one.accounts.join(" ")}`),
    }),
    player: deskOperation({
      summary: "Ratings and penalty of an account",
      permission: "look",
      kind: "read",
      params: z.object({ account }),
      result: z.object({
        ratings: z.array(
          z.object({
            ladder: z.string(),
            mu: z.number(),
            sigma: z.number(),
            shown: z.number(),
            games: z.int(),
          }),
        ),
        declined: z.int(),
        penaltyUntil: z.iso.datetime().nullable(),
      }),
      async run({ db }, { account: id }) {
        const rows = await db.query<{ ladder: string; mu: number; sigma: number; games: number }[]>(
          "SELECT ladder, mu, sigma, games FROM matchmaking_rating WHERE account_id = $1 ORDER BY ladder",
          [id],
        );
        const [penalty] = await db.query<{ declined: number; until: Date | null }[]>(
          `SELECT declined, CASE WHEN until > now() THEN until END AS until
           FROM matchmaking_penalty WHERE account_id = $1`,
          [id],
        );
        return {
          ratings: rows.map((row) => ({ ...row, shown: shownRating(row) })),
          declined: penalty?.declined ?? 0,
          penaltyUntil: penalty?.until?.toISOString() ?? null,
        };
      },
      text: ({ ratings, declined, penaltyUntil }) => [
        ...ratings.map((one) => `${one.ladder}  ${one.shown.toFixed(1)}  (${one.games} games)`),
        `Declined ${declined}${penaltyUntil === null ? "" : `; waits until ${penaltyUntil}`}`,
      ],
    }),
    close: setClosed("closed", true),
    open: setClosed("open", false),
    forgive: deskOperation({
      summary: "Forgive what an account has declined: it may join queues at once",
      permission: "sanction",
      kind: "write",
      params: z.object({ account, reason }),
      result: z.object({ forgiven: z.boolean() }),
      async run({ db, concerns }, { account: id }) {
        concerns(id);
        const [rows] = await db.query<[unknown[], number]>(
          "DELETE FROM matchmaking_penalty WHERE account_id = $1 RETURNING account_id",
          [id],
        );
        return { forgiven: rows.length > 0 };
      },
      text: ({ forgiven }) => [forgiven ? "It is forgiven." : "There was nothing to forgive."],
    }),
  };
}

interface QueueRow {
  readonly queue: string;
  readonly closed: boolean;
  readonly waiting: number;
  readonly oldest: number | null;
  readonly checks: number;
  readonly running: number;
  readonly wait: number | null;
}
