import type { Claim } from "../../rooms/index.ts";
import type { CharacterState } from "../../rooms/internal.ts";
import type { Db } from "../storage/database.ts";

/**
 * The lease in SQL: each function is one statement, and its row count decides. `now()` is the database's, the only
 * clock that every process shares.
 *
 * A statement that waited for a row lock keeps the `now()` of its start: it then sees a lease as live for longer
 * and takes a shorter one, so the error is on the safe side.
 */
const LEASE = "now() + interval '10 seconds'";
/** How long a traveller is kept for whoever has its ticket: `TRANSFER_MS` of `rooms/ports/ports.ts`. */
const JOURNEY = LEASE;

/** A character's row, as a claim loads it. */
export interface CharacterRow {
  id: string;
  account_id: string;
  name: string;
  color: number;
  shape: number;
  coins: string;
  state: unknown;
  version: number;
  epoch: number;
}

const SHEET = "id, account_id, name, color, shape, coins, state, version, epoch";

/** What names a claim in a statement: the character, its epoch, and the process that holds it. */
export type Held = Pick<Claim, "epoch" | "version"> & { id: string; owner: string };

/** Acquires a free character, or one whose lease has run out. Null when it is held, travelling or missing. */
export async function claimRow(
  db: Db,
  id: string,
  owner: string,
  roomId: string,
): Promise<CharacterRow | null> {
  const [rows] = await db.query<[CharacterRow[], number]>(
    `UPDATE character SET owner = $2, room_id = $3, epoch = epoch + 1, transfer_nonce = NULL,
       transfer_until = NULL, lease_until = ${LEASE}
     WHERE id = $1 AND (owner IS NULL OR lease_until < now())
       AND (transfer_nonce IS NULL OR transfer_until < now()) AND deleted_at IS NULL
     RETURNING ${SHEET}`,
    [id, owner, roomId],
  );
  return rows[0] ?? null;
}

/** Who holds a character, whether or not its lease has run out. */
export interface HolderRow {
  owner: string | null;
  room_id: string | null;
  epoch: number;
  version: number;
  /** Ticket of the journey it is on. */
  transfer_nonce: string | null;
}

/** Null when there is no such character. */
export async function holderOf(db: Db, id: string): Promise<HolderRow | null> {
  const rows = await db.query<HolderRow[]>(
    `SELECT owner, room_id, epoch, version, transfer_nonce FROM character
     WHERE id = $1 AND deleted_at IS NULL`,
    [id],
  );
  return rows[0] ?? null;
}

/** Whether this very state is what is stored, still under this epoch. */
export async function isStored(db: Db, id: string, epoch: number, state: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    "SELECT 1 FROM character WHERE id = $1 AND epoch = $2 AND state = $3::jsonb",
    [id, epoch, state],
  );
  return rows.length === 1;
}

/** A last save that waited on the disk. */
export interface Spooled {
  readonly id: string;
  /** Incarnation of the process that made it. */
  readonly owner: string;
  readonly epoch: number;
  readonly state: CharacterState;
}

/**
 * Saves and gives up after the fact: only while nobody has claimed the character since, and without a version, for
 * under one epoch nobody else writes and this was the last word. Applied twice it is the same. `late`: somebody has claimed
 * it since, or it is gone.
 */
export async function applySpooled(db: Db, { id, owner, epoch, state }: Spooled): Promise<"saved" | "late"> {
  const text = JSON.stringify(state);
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET state = $4, version = version + 1, owner = NULL, room_id = NULL, lease_until = NULL,
       updated_at = now()
     WHERE id = $1 AND (owner = $2 OR owner IS NULL) AND epoch = $3`,
    [id, owner, epoch, text],
  );
  return count === 1 ? "saved" : "late";
}

/** Saves and renews. False: fenced. */
export async function saveRow(db: Db, held: Held, state: string): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET state = $4, version = version + 1, lease_until = ${LEASE}, updated_at = now()
     WHERE id = $1 AND owner = $2 AND epoch = $3 AND version = $5`,
    [held.id, held.owner, held.epoch, state, held.version],
  );
  return count === 1;
}

/** Saves and gives up. False: fenced. */
export async function releaseRow(db: Db, held: Held, state: string): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET state = $4, version = version + 1, owner = NULL, room_id = NULL, lease_until = NULL,
       updated_at = now()
     WHERE id = $1 AND owner = $2 AND epoch = $3 AND version = $5`,
    [held.id, held.owner, held.epoch, state, held.version],
  );
  return count === 1;
}

/**
 * Saves, gives up, and keeps the character for whoever shows the ticket. The epoch grows here too, so that nothing of
 * the former owner, a booking or a renewal under way, can still land. The row names the room that the ticket is for;
 * null: any. False: fenced.
 */
export async function transferRow(
  db: Db,
  held: Held,
  ticket: string,
  state: string,
  toRoomId?: string,
): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET state = $4, version = version + 1, epoch = epoch + 1, owner = NULL, room_id = $7,
       transfer_nonce = $6, transfer_until = ${JOURNEY}, lease_until = ${LEASE}, updated_at = now()
     WHERE id = $1 AND owner = $2 AND epoch = $3 AND version = $5`,
    [held.id, held.owner, held.epoch, state, held.version, ticket, toRoomId ?? null],
  );
  return count === 1;
}

/** Acquires a travelling character; with `back` for the room it left. Null: it is on no such journey, or no longer. */
export async function claimTransferRow(
  db: Db,
  id: string,
  ticket: string,
  owner: string,
  roomId: string,
  back = false,
): Promise<CharacterRow | null> {
  const [rows] = await db.query<[CharacterRow[], number]>(
    `UPDATE character SET owner = $2, room_id = $3, epoch = epoch + 1, transfer_nonce = NULL,
       transfer_until = NULL, lease_until = ${LEASE}
     WHERE id = $1 AND transfer_nonce = $4 AND transfer_until > now()
       AND (room_id IS NULL OR room_id = $3 OR $5::boolean)
     RETURNING ${SHEET}`,
    [id, owner, roomId, ticket, back],
  );
  return rows[0] ?? null;
}

/** Gives up without saving. False: it was no longer held. */
export async function abandonRow(db: Db, held: Omit<Held, "version">): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET owner = NULL, room_id = NULL, lease_until = NULL
     WHERE id = $1 AND owner = $2 AND epoch = $3`,
    [held.id, held.owner, held.epoch],
  );
  return count === 1;
}

/**
 * Renews every lease of a process in one statement; returns the ids of those that are still its own. The rows are
 * locked in order of their ids, as bookings do, so that the two never wait for each other in a circle.
 */
export async function renewRows(
  db: Db,
  owner: string,
  held: readonly { id: string; epoch: number }[],
): Promise<Set<string>> {
  const [rows] = await db.query<[{ id: string }[], number]>(
    `WITH own AS (
       SELECT id, epoch FROM character
       JOIN unnest($2::uuid[], $3::integer[]) AS held (held_id, held_epoch) ON id = held_id AND epoch = held_epoch
       WHERE owner = $1 ORDER BY id FOR NO KEY UPDATE OF character
     )
     UPDATE character SET lease_until = ${LEASE} FROM own
     WHERE character.id = own.id AND character.epoch = own.epoch AND owner = $1
     RETURNING character.id`,
    [owner, held.map(({ id }) => id), held.map(({ epoch }) => epoch)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Frees whatever a process still holds, or what anybody does (null): for its end, and for the sole process's start. */
export async function freeRows(db: Db, owner: string | null): Promise<number> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET owner = NULL, room_id = NULL, lease_until = NULL
     WHERE owner IS NOT NULL AND ($1::text IS NULL OR owner = $1)`,
    [owner],
  );
  return count;
}
