import { z } from "zod";
import type { EventFilter, StoredEvent } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";

const LIMIT_MAX = 1_000;
const LIMIT = 100;
const word = z.string().min(1).max(200).optional();
const date = z.coerce.date().optional();

/** Filter of kept events, as a command line or an address gives it. */
export const eventFilter = z.strictObject({
  game: word,
  roomId: word,
  zone: word,
  name: word,
  actor: word,
  since: date,
  until: date,
  /** The moment to the microsecond, and the id. */
  before: z
    .string()
    .regex(/^\d{1,17}_[0-9a-f-]{36}$/, "is no cursor of an event")
    .optional(),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT),
});

/** @throws EVENT_FILTER_INVALID */
export function readEventFilter(given: unknown): z.output<typeof eventFilter> {
  const read = eventFilter.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new RoomkeepError(
    "EVENT_FILTER_INVALID",
    `${issue?.path.join(".") || "The filter"}: ${issue?.message}.`,
  );
}

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly us: string;
  readonly game: string;
  readonly room_id: string;
  readonly zone: string | null;
  readonly at_ms: number;
  readonly seq: number;
  readonly name: string;
  readonly actor: string | null;
  readonly x: number | null;
  readonly z: number | null;
  readonly payload: unknown;
}

/**
 * Reads kept events, the newest first.
 *
 * @throws EVENT_FILTER_INVALID, DATABASE_UNAVAILABLE
 */
export async function readEvents(db: Db, filter: EventFilter): Promise<StoredEvent[]> {
  const { game, roomId, zone, name, actor, since, until, before, limit } = readEventFilter(filter);
  const [us, id] = before?.split("_") ?? [];
  // JavaScript's dates end at the millisecond: the cursor is the database's own moment.
  const rows = await answerWithin(
    db.query<Row[]>(
      `SELECT *, (extract(epoch FROM at) * 1000000)::bigint::text AS us FROM event_log
       WHERE ($1::text IS NULL OR game = $1) AND ($2::text IS NULL OR room_id = $2)
         AND ($3::text IS NULL OR zone = $3) AND ($4::text IS NULL OR name = $4)
         AND ($5::text IS NULL OR actor = $5)
         AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)
         AND ($8::bigint IS NULL OR (at, id) < (timestamptz 'epoch' + $8::bigint * interval '1 microsecond', $9::uuid))
       ORDER BY at DESC, id DESC LIMIT $10`,
      [game, roomId, zone, name, actor, since, until, us, id, limit].map((value) => value ?? null),
    ),
  );
  return rows.map(
    ({ id, at, us, game, room_id: roomId, zone, at_ms: atMs, seq, name, actor, x, z, payload }) => ({
      id,
      at,
      cursor: `${us}_${id}`,
      game,
      roomId,
      zone: zone ?? undefined,
      event: { seq, atMs, name, payload, actor: actor ?? undefined, x: x ?? undefined, z: z ?? undefined },
    }),
  );
}
