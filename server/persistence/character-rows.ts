import type { Claim } from "../../rooms/index.ts";
import type { CharacterState } from "../../rooms/internal.ts";
import type { Db } from "../storage/database.ts";
import {
  acquired,
  CHARACTER_LEASES,
  freeLease,
  freeLeases,
  isFree,
  isLeased,
  LEASE_END,
  renewLeases,
} from "./lease-sql.ts";

// Each function here is one statement, and its row count decides.
const { freed } = CHARACTER_LEASES;
/** A save names the version that it follows. */
const IS_OWN = `${isLeased(CHARACTER_LEASES)} AND version = $5`;
/** Time in which a hand-over waits for the room with the ticket: `TRANSFER_MS` of `rooms/ports/ports.ts`. */
const TRANSFER_END = LEASE_END;
const NO_TICKET = "transfer_nonce = NULL, transfer_until = NULL, transfer_from = NULL";

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

/** The claim that a statement names: the character, its epoch, and the process that owns the lease. */
export type CharacterLease = Pick<Claim, "epoch" | "version"> & { id: string; owner: string };

/**
 * Acquires a free character, or one whose lease has run out. Null: it is leased, in a hand-over, or missing.
 */
export async function claimRow(
  db: Db,
  id: string,
  owner: string,
  roomId: string,
): Promise<CharacterRow | null> {
  const [rows] = await db.query<[CharacterRow[], number]>(
    `UPDATE character SET ${acquired()}, ${NO_TICKET}
     WHERE id = $1 AND ${isFree()}
       AND (transfer_nonce IS NULL OR transfer_until < now()) AND deleted_at IS NULL
     RETURNING ${SHEET}`,
    [id, owner, roomId],
  );
  return rows[0] ?? null;
}

/** The owner of a character, whether or not its lease has run out. */
export interface HolderRow {
  owner: string | null;
  room_id: string | null;
  epoch: number;
  version: number;
  /** Ticket of the hand-over under way. */
  transfer_nonce: string | null;
}

/** The owner of a character. Null: there is no such character. */
export async function holderOf(db: Db, id: string): Promise<HolderRow | null> {
  const rows = await db.query<HolderRow[]>(
    `SELECT owner, room_id, epoch, version, transfer_nonce FROM character
     WHERE id = $1 AND deleted_at IS NULL`,
    [id],
  );
  return rows[0] ?? null;
}

/** True when exactly this state is stored, still under this epoch. */
export async function isStored(db: Db, id: string, epoch: number, state: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    "SELECT 1 FROM character WHERE id = $1 AND epoch = $2 AND state = $3::jsonb",
    [id, epoch, state],
  );
  return rows.length === 1;
}

/** A last save that was spooled on the disk while the database was away. */
export interface Spooled {
  readonly id: string;
  /** Incarnation of the process that made it. */
  readonly owner: string;
  readonly epoch: number;
  readonly state: CharacterState;
}

/**
 * Applies a spooled save and frees the character, unless it was claimed since. It needs no version, because
 * no other process writes under that epoch and this is its last save. Idempotent. `late`: it was claimed
 * since, or deleted.
 */
export async function applySpooled(db: Db, { id, owner, epoch, state }: Spooled): Promise<"saved" | "late"> {
  const text = JSON.stringify(state);
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET state = $4, version = version + 1, ${freed}, updated_at = now()
     WHERE id = $1 AND (owner = $2 OR owner IS NULL) AND epoch = $3`,
    [id, owner, epoch, text],
  );
  return count === 1 ? "saved" : "late";
}

/** Saves and renews. False: fenced. */
export async function saveRow(db: Db, lease: CharacterLease, state: string): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET state = $4, version = version + 1, lease_until = ${LEASE_END}, updated_at = now()
     WHERE ${IS_OWN}`,
    [lease.id, lease.owner, lease.epoch, state, lease.version],
  );
  return count === 1;
}

/** Saves and frees. False: fenced. */
export async function releaseRow(db: Db, lease: CharacterLease, state: string): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET state = $4, version = version + 1, ${freed}, updated_at = now()
     WHERE ${IS_OWN}`,
    [lease.id, lease.owner, lease.epoch, state, lease.version],
  );
  return count === 1;
}

/**
 * Saves, frees, and reserves the character for the ticket's holder. The epoch grows here too, so that no
 * booking or renewal of the former owner that is under way can still take effect. The row names the room that
 * the ticket is for; null: any room. False: fenced.
 */
export async function transferRow(
  db: Db,
  lease: CharacterLease,
  ticket: string,
  state: string,
  toRoomId?: string,
): Promise<boolean> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE character SET state = $4, version = version + 1, epoch = epoch + 1, owner = NULL, room_id = $7,
       transfer_nonce = $6, transfer_until = ${TRANSFER_END}, transfer_from = $2, lease_until = ${LEASE_END}, updated_at = now()
     WHERE ${IS_OWN}`,
    [lease.id, lease.owner, lease.epoch, state, lease.version, ticket, toRoomId ?? null],
  );
  return count === 1;
}

/**
 * Acquires a character by its ticket; with `back` for the room it left. Null: no hand-over with that ticket
 * is open.
 */
export async function claimTransferRow(
  db: Db,
  id: string,
  ticket: string,
  owner: string,
  roomId: string,
  back = false,
): Promise<CharacterRow | null> {
  const [rows] = await db.query<[CharacterRow[], number]>(
    `UPDATE character SET ${acquired()}, ${NO_TICKET}
     WHERE id = $1 AND transfer_nonce = $4 AND transfer_until > now()
       AND (room_id IS NULL OR room_id = $3 OR $5::boolean)
     RETURNING ${SHEET}`,
    [id, owner, roomId, ticket, back],
  );
  return rows[0] ?? null;
}

/** Frees the character without a save. False: it was fenced already. */
export function abandonRow(db: Db, { id, owner, epoch }: Omit<CharacterLease, "version">): Promise<boolean> {
  return freeLease(db, CHARACTER_LEASES, [id, owner, epoch]);
}

/** Renews the characters of a process; returns the ids of those that are still its own. */
export function renewRows(
  db: Db,
  owner: string,
  leases: readonly { id: string; epoch: number }[],
): Promise<Set<string>> {
  return renewLeases(db, CHARACTER_LEASES, owner, leases);
}

/** Frees the characters of a process, or of every process (null); returns how many. */
export function freeRows(db: Db, owner: string | null): Promise<number> {
  return freeLeases(db, CHARACTER_LEASES, owner);
}
