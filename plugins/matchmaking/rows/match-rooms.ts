import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { Queue } from "../match/queue.ts";
import { leaveTickets } from "./opening.ts";
import { lockMatch } from "./ready.ts";

/** A match, as its room sees it. */
export interface MatchOfRoom {
  /** For `result`. */
  readonly id: string;
  readonly queue: string;
  /** Null: the queue has no regions. */
  readonly region: string | null;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
  /** Whether its result is there already: another one would be refused. */
  readonly isRated: boolean;
  /** By team, in the order of the queue's; `left`: who is not here any more, and may have been replaced. */
  readonly teams: readonly (readonly MatchSeat[])[];
}

/** Somebody's seat in a match. */
export interface MatchSeat {
  readonly account: string;
  readonly role: string | null;
  readonly left: boolean;
}

/** The match that a room was opened for; undefined: it was opened for none. */
export async function matchOfRoom(
  db: Db,
  queues: readonly Queue[],
  roomId: string,
): Promise<MatchOfRoom | undefined> {
  const [match] = await db.query<Omit<MatchOfRoom, "teams">[]>(
    `SELECT id, queue, region, properties, rated_at IS NOT NULL AS "isRated" FROM matchmaking_match
     WHERE room_id = $1`,
    [roomId],
  );
  if (!match) return undefined;
  const seats = await db.query<(MatchSeat & { readonly team: number })[]>(
    `SELECT account_id AS account, role, team, left_at IS NOT NULL AS left FROM matchmaking_seat
     WHERE match_id = $1 ORDER BY team, account_id`,
    [match.id],
  );
  const sizes = queues.find(({ name }) => name === match.queue)?.teams ?? [];
  return {
    ...match,
    teams: sizes.map((_, index) =>
      seats.filter(({ team }) => team === index).map(({ account, role, left }) => ({ account, role, left })),
    ),
  };
}

/**
 * Lets the players of a match into its room, and nobody else. Who has left may come back while the team has a
 * place.
 *
 * @throws MATCH_RESERVED
 */
export async function admit(
  db: Db,
  queues: readonly Queue[],
  roomId: string,
  account: string,
): Promise<void> {
  const [row] = await db.query<{ queue: string; team: number | null; gone: boolean; others: number }[]>(
    `SELECT m.queue, s.team, s.left_at IS NOT NULL AS gone,
       (SELECT count(*)::int FROM matchmaking_seat o JOIN matchmaking_match om ON om.id = o.match_id
        WHERE (om.id = m.id OR om.into_id = m.id) AND o.team = s.team AND o.left_at IS NULL) AS others
     FROM matchmaking_match m LEFT JOIN matchmaking_seat s ON s.match_id = m.id AND s.account_id = $2
     WHERE m.room_id = $1`,
    [roomId, account],
  );
  if (!row) return;
  if (row.team === null) throw new RoomkeepError("MATCH_RESERVED");
  const size = queues.find(({ name }) => name === row.queue)?.teams[row.team]?.size ?? 0;
  if (row.gone && row.others >= size) throw new RoomkeepError("MATCH_RESERVED");
}

/** A player is in the room: the ticket has done its work. */
export async function entered(db: Db, roomId: string, account: string): Promise<void> {
  const [rows] = await db.query<[unknown[], number]>(
    `UPDATE matchmaking_seat s SET joined_at = clock_timestamp(), left_at = NULL
     FROM matchmaking_match m WHERE m.room_id = $1 AND s.match_id = m.id AND s.account_id = $2
     RETURNING s.account_id`,
    [roomId, account],
  );
  if (rows.length > 0) await leaveTickets(db, [account]);
}

/** A player has left the room; the place is free for somebody else. */
export async function exited(db: Db, roomId: string, account: string): Promise<void> {
  await db.query(
    `UPDATE matchmaking_seat s SET left_at = clock_timestamp()
     FROM matchmaking_match m WHERE m.room_id = $1 AND s.match_id = m.id AND s.account_id = $2
       AND s.left_at IS NULL`,
    [roomId, account],
  );
}

/**
 * The room of a match goes to another process: its seats are those of the room that takes its place.
 *
 * @param to code of that room
 */
export async function moved(db: Db, from: string, to: string): Promise<void> {
  await db.query("UPDATE matchmaking_match SET room_id = $2 WHERE room_id = $1", [from, to]);
}

/** Says whether who leaves a match is replaced from its queue. @throws MATCH_UNKNOWN */
export async function setBackfill(db: Db, match: string, isOn: boolean): Promise<void> {
  if (!(await lockMatch(db, match))) throw new RoomkeepError("MATCH_UNKNOWN");
  await db.query("UPDATE matchmaking_match SET backfill = $2 WHERE id = $1", [match, isOn]);
}
