import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { verifyLedger } from "../items/ledger.ts";
import { readEventFilter, readEvents } from "../telemetry/stored-events.ts";
import { defineOperation } from "./operation.ts";

const word = z.string().min(1).max(200).optional();
const storedEvent = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  cursor: z.string(),
  game: z.string(),
  roomId: z.string(),
  zone: z.string().optional(),
  event: z.looseObject({ name: z.string(), actor: z.string().optional(), payload: z.unknown() }),
});

/** Lists kept events, the newest first. */
export const listEvents = defineOperation({
  name: "events.list",
  summary: "Kept events, the newest first",
  permission: "look",
  kind: "read",
  params: z.object({
    ...{ game: word, roomId: word, zone: word, name: word, actor: word },
    since: word.meta({ description: "a date, or a date and time, such as 2026-11-27T20:00Z" }),
    until: word,
    before: word.meta({ description: "cursor of an event: goes on before it" }),
    limit: z.int().min(1).max(1_000).default(100),
  }),
  result: z.object({ events: z.array(storedEvent) }),
  codes: ["EVENT_FILTER_INVALID"],
  async run({ db }, params) {
    const given = Object.entries(params).filter(([, value]) => value !== undefined);
    const found = await readEvents(db, readEventFilter(Object.fromEntries(given)));
    return {
      events: found.map(({ at, event, zone, ...one }) => ({
        ...one,
        ...(zone !== undefined && { zone }),
        at: at.toISOString(),
        event: { ...event },
      })),
    };
  },
  text: ({ events }) =>
    events.length === 0
      ? ["No kept event fits."]
      : events
          .map(({ at, game, roomId, zone, event }) => {
            const where = [game, roomId, ...(zone === undefined ? [] : [zone])].join(" ");
            return `${at}  ${where}  ${event.name}  ${event.actor ?? "-"}  ${JSON.stringify(event.payload)}`;
          })
          .reverse(),
});

const difference = z.object({
  account: z.string(),
  item: z.string().nullable(),
  booked: z.number(),
  found: z.number(),
});

/** Replays the ledger against all balances. */
export const verifyBooks = defineOperation({
  name: "ledger.verify",
  summary: "Replay the ledger against all balances, and name the first difference",
  permission: "audit",
  kind: "read",
  params: z.object({}),
  result: z.object({
    legs: z.int(),
    requests: z.int(),
    verified: z.boolean(),
    differences: z.int(),
    first: difference.optional(),
  }),
  async run({ db }) {
    const [counts] = await db.query<{ legs: number; requests: number }[]>(
      "SELECT count(*)::int AS legs, count(DISTINCT request_id)::int AS requests FROM ledger",
    );
    const differences = await verifyLedger(db);
    const [first] = differences;
    return {
      legs: counts?.legs ?? 0,
      requests: counts?.requests ?? 0,
      verified: !first,
      differences: differences.length,
      ...(first && { first }),
    };
  },
  text: ({ requests, legs, verified }) =>
    verified ? [`${requests} bookings, ${legs} legs: every balance is as booked.`] : [],
  fault({ first, differences }) {
    if (!first) return undefined;
    const { account, item, booked, found } = first;
    const text = `${account} holds ${found} ${item ?? "coins"}, but ${booked} were booked (${differences} differences).`;
    return new RoomkeepError("LEDGER_DIFFERS", text);
  },
});
