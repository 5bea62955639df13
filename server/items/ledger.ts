import { createHash, randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import type { Booked } from "../../rooms/index.ts";
import { readRequest } from "../../rooms/internal.ts";
import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import {
  type InventoryTransaction,
  openInventory,
  type Purses,
  retry,
  type SlotRules,
  type Stack,
} from "../../shared/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { isLostConnection } from "../storage/database-errors.ts";
import { codeOf } from "../storage/innermost-cause.ts";
import { isVault, lockVault, storeVault } from "./vaults.ts";

/** A claim under which something is booked: fenced like a save. */
export interface Booker {
  readonly characterId: string;
  /** Incarnation of the process that holds the character. */
  readonly owner: string;
  readonly epoch: number;
}

/** A character that an operator books for: nothing is fenced, and a room that has it follows afterwards. */
export interface Unclaimed {
  readonly characterId: string;
  readonly owner: null;
  readonly epoch: null;
}

/** One idempotent request to change items and coins. */
export interface Booking {
  /**
   * Made by the caller, a new one for each request; a repeated one gets the first answer. 1 to 100
   * characters, beside the content that a room has bound to it.
   */
  requestId: string;
  /** The claim that the request is booked under, then the other claims that take part. All are fenced. */
  by: readonly [Booker | Unclaimed, ...Booker[]];
  /** Content of the request, as JSON: a request id that comes back with another content is refused. */
  payload: unknown;
  /** For the ledger: "pick up", "trade", "shop". */
  reason: string;
  /** Every container that may change. No stack outside them is touched. */
  containers: readonly string[];
  /** Makes the change on a working copy; a refusal rolls all of it back. Must be quick and without I/O. */
  change(inventory: InventoryTransaction): Refusal | null;
  /** Containers whose whole content is in the answer; of others it has the changed stacks. Default: all. */
  tell?: readonly string[];
  /** Characters whose purse may change without a claim: the addressee of a mail. */
  others?: readonly string[];
  /** A vault whose purse takes part, by its whole name; its container is among `containers`. */
  vault?: string | undefined;
  /** True: booked for dead characters too. Default: refused while one of them is dead. */
  whileDead?: boolean;
  /** Account of the operator who books. */
  bookedBy?: string | undefined;
  /** Further statements of the same transaction, after the change: a death, a count. */
  also?(db: Db): Promise<Refusal | null>;
}

/** The rules of a game that bookings need. */
export type ItemRules = SlotRules;

/**
 * Books a request in one transaction. A repeated request gets its first answer. Otherwise it checks all
 * claims, locks the containers in order, makes the change, stores it with exact row counts, writes a ledger
 * leg for every sum that changed, and stores the answer. A refusal changes nothing, so the request may be
 * tried again.
 *
 * Commit first: call this, then change the room's state from its result.
 *
 * @throws CHARACTER_FENCED one of the claims in `by` was lost; nothing was changed
 * @throws DATABASE_UNAVAILABLE no answer; book again with the same request id
 */
export async function book(ds: DataSource, rules: ItemRules, booking: Booking): Promise<Booked | Refusal> {
  if (!isRequestId(booking.requestId)) return refuse("MESSAGE_INVALID", "The request id is not valid.");
  const work = () => answerWithin(ds.transaction((db) => bookIn(db, rules, booking)));
  const again = (error: unknown, attempt: number) => attempt < TRIES - 1 && mayTryAgain(error);
  return retry(work, { again, waitMs: () => 0 }).catch((error: unknown) => {
    if (error instanceof Refused) return error.refusal;
    throw error;
  });
}

const isRequestId = (requestId: string) => /^[\x21-\x7e]{1,100}$/.test(readRequest(requestId).id);

/**
 * Books a request within a transaction of the caller's, such as one with an audit entry.
 *
 * @throws RoomkeepError with the code of the refusal: roll back
 */
export async function bookWithin(db: Db, rules: ItemRules, booking: Booking): Promise<Booked> {
  if (!isRequestId(booking.requestId))
    throw new RoomkeepError("MESSAGE_INVALID", "The request id is not valid.");
  try {
    return await bookIn(db, rules, booking);
  } catch (error) {
    if (error instanceof Refused) throw new RoomkeepError(error.refusal.code, error.refusal.reason);
    throw error;
  }
}

/**
 * A transaction that PostgreSQL chose to end, to free others, did nothing. One whose connection was lost did
 * nothing or all of it, and then its request has an answer. Either may be run again.
 */
const TRIES = 3;
const mayTryAgain = (error: unknown) =>
  ["40P01", "40001"].includes(codeOf(error)) || (error instanceof Error && isLostConnection(error.cause));

/** The answer that a request got before; null when it was never booked. Waits for it if it is under way. */
export async function answerOf(
  ds: DataSource,
  characterId: string,
  requestId: string,
): Promise<Booked | null> {
  const look = async (db: Db) => {
    const { id, content } = readRequest(requestId);
    const first = await firstAnswer(db, `${characterId}:${id}`, characterId, { content });
    if (first) return first;
    throw new Refused(refuse("ACTION_REFUSED")); // rolls back: only the wait was wanted
  };
  return answerWithin(ds.transaction(look)).catch((error: unknown) => {
    if (error instanceof Refused) return null;
    throw error;
  });
}

/** Rolls the transaction back with a refusal. */
class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.reason);
  }
}

async function bookIn(db: Db, rules: ItemRules, booking: Booking): Promise<Booked> {
  const [{ characterId, epoch }] = booking.by;
  const { id, content } = readRequest(booking.requestId);
  const requestId = `${characterId}:${id}`;
  const payload = createHash("sha256").update(JSON.stringify(booking.payload)).digest("hex");
  const first = await firstAnswer(db, requestId, characterId, { payload, content });
  if (first) return first;

  const coins = await lockPurses(db, booking);
  await lockContainers(db, booking);
  const rows = await stacksIn(db, booking.containers);
  const inventory = openInventory(rows, coins, booking.containers, {
    templates: rules.templates,
    slotsOf: (name) => rules.slotsOf(name),
    newId: randomUUID,
  });
  const refusal = booking.change(inventory) ?? (await booking.also?.(db));
  if (refusal) throw new Refused(refusal);

  await storeStacks(db, rows, [...inventory.stacks.values()]);
  await storeCoins(db, coins, inventory.purses);
  const { reason, bookedBy = null } = booking;
  await writeLegs(db, { requestId, epoch: epoch ?? 0, reason, bookedBy }, legsOf(rows, coins, inventory));

  const result: Booked = {
    ok: true,
    stacks: toldOf(booking, rows, inventory),
    coins: Object.fromEntries(
      booking.by.map((one) => [one.characterId, inventory.purses.get(one.characterId) ?? 0]),
    ),
  };
  const answer = "UPDATE request_result SET result = $2 WHERE request_id = $1";
  await exactly(1, db.query(answer, [requestId, JSON.stringify(result)]));
  return result;
}

function toldOf({ tell }: Booking, before: readonly Stack[], { stacks }: InventoryTransaction): Stack[] {
  const was = new Map(before.map((stack) => [stack.id, stack]));
  return [...stacks.values()].filter((stack) => {
    return !tell || tell.includes(stack.container) || !isSame(was.get(stack.id), stack);
  });
}

/** What makes a request the same: hashes of what is booked, and of what was asked for. */
interface RequestHashes {
  /** Undefined: any. */
  readonly payload?: string;
  readonly content: string | undefined;
}

/** Inserting waits for the same request under way elsewhere, so that two never run. */
async function firstAnswer(
  db: Db,
  requestId: string,
  characterId: string,
  hashes: RequestHashes,
): Promise<Booked | null> {
  const inserted = await db.query<unknown[]>(
    `INSERT INTO request_result (request_id, character, payload_hash, result) VALUES ($1, $2, $3, '{}')
     ON CONFLICT (request_id) DO NOTHING RETURNING request_id`,
    [requestId, characterId, [hashes.payload ?? "", hashes.content ?? []].flat().join(".")],
  );
  if (inserted.length === 1) return null;
  const [stored] = await db.query<{ payload_hash: string; result: Booked }[]>(
    "SELECT payload_hash, result FROM request_result WHERE request_id = $1",
    [requestId],
  );
  if (!stored || !isSameRequest(stored.payload_hash, hashes)) throw new Refused(refuse("REQUEST_REUSED"));
  return { ...stored.result, repeated: true };
}

/** Rows of before requests were bound to their content have the first hash only. */
function isSameRequest(stored: string, { payload, content }: RequestHashes): boolean {
  const [storedPayload, storedContent] = stored.split(".");
  if (payload !== undefined && payload !== storedPayload) return false;
  return storedContent === undefined || content === undefined || content === storedContent;
}

/** Locks the characters in id order, so that two trades never wait for each other, and fences them. */
async function lockPurses(db: Db, { by, others = [], vault }: Booking): Promise<Purses> {
  const named = [...by, ...others.map((characterId) => ({ characterId, owner: null, epoch: null }))];
  const rows = await db.query<{ id: string; coins: string }[]>(
    `SELECT c.id, c.coins FROM character c
     JOIN unnest($1::uuid[], $2::text[], $3::integer[]) AS asker (id, owner, epoch) ON asker.id = c.id
     WHERE asker.epoch IS NULL OR (c.owner = asker.owner AND c.epoch = asker.epoch)
     ORDER BY c.id FOR UPDATE OF c`,
    [
      named.map(({ characterId }) => characterId),
      named.map((one) => one.owner),
      named.map((one) => one.epoch),
    ],
  );
  const purses = new Map(rows.map(({ id, coins }) => [id, Number(coins)]));
  for (const { characterId, epoch } of named) {
    if (purses.has(characterId)) continue;
    if (epoch === null) throw new Refused(refuse("CHARACTER_MISSING"));
    const text = `Character ${characterId} is no longer leased under epoch ${epoch}.`;
    throw new RoomkeepError("CHARACTER_FENCED", text);
  }
  if (vault !== undefined) purses.set(vault, await lockVault(db, vault));
  return purses;
}

/**
 * Locks containers by name, in order, because an empty one has no row to lock. The characters are locked
 * before, so that this statement also sees whether one of them is dead.
 */
async function lockContainers(db: Db, { by, containers, whileDead }: Booking): Promise<void> {
  const names = [...new Set(containers)].sort();
  const rows = await db.query<{ dead: boolean }[]>(
    `SELECT pg_advisory_xact_lock(hashtextextended(name, 7)),
       EXISTS (SELECT 1 FROM death_lock WHERE character = ANY($2::uuid[])) AS dead
     FROM (SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS ordered (name, n) ORDER BY n) AS ordered`,
    [names, by.map(({ characterId }) => characterId)],
  );
  if (rows[0]?.dead && !whileDead) throw new Refused(refuse("CHARACTER_DEAD"));
}

/** The stacks of some containers, in order of slots. */
export function stacksIn(db: Db, containers: readonly string[]): Promise<Stack[]> {
  return db.query<Stack[]>(
    "SELECT id, template, container, slot, qty FROM item WHERE container = ANY($1) ORDER BY container, slot",
    [containers],
  );
}

/** Purse and containers of a character in the form of an answer, read by one statement. */
export async function heldBy(db: Db, id: string, containers: readonly string[]): Promise<Booked> {
  const rows = await db.query<(Stack & { coins: string })[]>(
    `SELECT c.coins, i.id, i.template, i.container, i.slot, i.qty FROM character c
     LEFT JOIN item i ON i.container = ANY($2) WHERE c.id = $1 ORDER BY i.container, i.slot`,
    [id, containers],
  );
  const stacks = rows.flatMap(({ coins: _, ...stack }) => (stack.id === null ? [] : [stack]));
  return { ok: true, stacks, coins: { [id]: Number(rows[0]?.coins ?? 0) } };
}

function isSame(old: Stack | undefined, { container, slot, qty }: Stack): boolean {
  return old?.container === container && old.slot === slot && old.qty === qty;
}

/** Deletes, updates and inserts stacks, each in one statement whose row count must be exact. */
async function storeStacks(db: Db, before: readonly Stack[], after: readonly Stack[]): Promise<void> {
  const was = new Map(before.map((stack) => [stack.id, stack]));
  const left = new Set(after.map(({ id }) => id));
  const gone = before.filter(({ id }) => !left.has(id));
  const made = after.filter(({ id }) => !was.has(id));
  const changed = after.flatMap((stack) => {
    const old = was.get(stack.id);
    return old && !isSame(old, stack) ? [{ ...stack, old }] : [];
  });
  if (gone.length > 0) {
    const sql = `DELETE FROM item USING unnest($1::uuid[], $2::integer[]) AS gone (gone_id, gone_qty)
      WHERE id = gone_id AND qty = gone_qty`;
    await exactly(gone.length, db.query(sql, [gone.map(({ id }) => id), gone.map(({ qty }) => qty)]));
  }
  if (changed.length > 0) {
    const sql = `UPDATE item SET container = n.container, slot = n.slot, qty = n.qty, version = version + 1
      FROM jsonb_to_recordset($1::jsonb) AS n (id uuid, container text, slot integer, qty integer, old jsonb)
      WHERE item.id = n.id AND item.container = n.old->>'container'
        AND item.slot = (n.old->>'slot')::integer AND item.qty = (n.old->>'qty')::integer`;
    await exactly(changed.length, db.query(sql, [JSON.stringify(changed)]));
  }
  if (made.length > 0) {
    const sql = `INSERT INTO item (id, template, container, slot, qty)
      SELECT id, template, container, slot, qty FROM jsonb_to_recordset($1::jsonb)
        AS n (id uuid, template text, container text, slot integer, qty integer)`;
    await db.query(sql, [JSON.stringify(made)]);
  }
}

async function storeCoins(db: Db, before: Purses, after: ReadonlyMap<string, number>): Promise<void> {
  const all = [...after].filter(([id, coins]) => coins !== before.get(id));
  for (const [name, coins] of all.filter(([id]) => isVault(id)))
    await exactly(1, storeVault(db, name, { coins, old: before.get(name) ?? 0 }));
  const changed = all.filter(([id]) => !isVault(id));
  if (changed.length === 0) return;
  const sql = `UPDATE character SET coins = n.coins, updated_at = now()
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS n (id, coins, old)
    WHERE character.id = n.id AND character.coins = n.old`;
  const columns = [changed.map(([id]) => id), changed.map(([, coins]) => coins)];
  await exactly(changed.length, db.query(sql, [...columns, changed.map(([id]) => before.get(id))]));
}

interface Leg {
  account: string;
  item: string | null;
  qty: number;
  coins: number;
}

/**
 * The changes as sums by account and template, balanced by legs of the account "world" for mints and sinks.
 */
function legsOf(
  before: readonly Stack[],
  coinsBefore: Purses,
  { stacks, purses }: InventoryTransaction,
): Leg[] {
  const legs = new Map<string, Leg>();
  const add = (account: string, item: string | null, qty: number, coins: number) => {
    const key = JSON.stringify([account, item]);
    const leg = legs.get(key) ?? { account, item, qty: 0, coins: 0 };
    legs.set(key, { account, item, qty: leg.qty + qty, coins: leg.coins + coins });
  };
  const both = (account: string, item: string | null, qty: number, coins: number) => {
    add(account, item, qty, coins);
    add("world", item, -qty, -coins);
  };
  for (const { container, template, qty } of before) both(container, template, -qty, 0);
  for (const { container, template, qty } of stacks.values()) both(container, template, qty, 0);
  for (const [id, coins] of purses) both(`purse:${id}`, null, 0, coins - (coinsBefore.get(id) ?? 0));
  return [...legs.values()].filter(({ qty, coins }) => qty !== 0 || coins !== 0);
}

async function writeLegs(
  db: Db,
  {
    requestId,
    epoch,
    reason,
    bookedBy,
  }: { requestId: string; epoch: number; reason: string; bookedBy: string | null },
  legs: readonly Leg[],
): Promise<void> {
  if (legs.length === 0) return;
  await db.query(
    `INSERT INTO ledger (request_id, leg, account, item, qty, coins, reason, epoch, booked_by)
     SELECT $1, leg, account, item, qty, coins, $2, $3, $5 FROM jsonb_to_recordset($4::jsonb)
       AS n (leg smallint, account text, item text, qty integer, coins bigint) ORDER BY leg`,
    [requestId, reason, epoch, JSON.stringify(legs.map((leg, index) => ({ ...leg, leg: index }))), bookedBy],
  );
}

/**
 * Checks a row count. Another count means that a row changed despite our locks: the booking is rolled back.
 */
async function exactly(rows: number, statement: Promise<[unknown, number]>): Promise<void> {
  const [, count] = await statement;
  if (count !== rows)
    throw new Error(`A booking changed ${count} rows instead of ${rows}; it was rolled back.`);
}

/** An account whose balance differs from the ledger. */
export interface LedgerDifference {
  readonly account: string;
  /** Template, or null for coins. */
  readonly item: string | null;
  readonly booked: number;
  readonly found: number;
}

/**
 * Replays the ledger against the balances. Empty when every balance equals its bookings and the legs of every
 * request sum to nothing (another request is reported under its id).
 */
export async function verifyLedger(db: Db): Promise<LedgerDifference[]> {
  const rows = await db.query<{ account: string; item: string | null; booked: string; found: string }[]>(`
    WITH booked AS (
      SELECT account, item, sum(qty) + sum(coins) AS n FROM ledger WHERE account <> 'world' GROUP BY 1, 2
    ), found AS (
      SELECT container AS account, template AS item, sum(qty) AS n FROM item GROUP BY 1, 2
      UNION ALL SELECT 'purse:' || id, NULL, coins FROM character WHERE coins <> 0
      UNION ALL SELECT 'purse:' || name, NULL, coins FROM vault WHERE coins <> 0
    )
    SELECT COALESCE(b.account, f.account) AS account, COALESCE(b.item, f.item) AS item,
      COALESCE(b.n, 0) AS booked, COALESCE(f.n, 0) AS found
    FROM booked b FULL JOIN found f
      ON b.account = f.account AND COALESCE(b.item, '') = COALESCE(f.item, '')
    WHERE COALESCE(b.n, 0) <> COALESCE(f.n, 0)
    UNION ALL
    SELECT 'request:' || request_id, item, sum(qty) + sum(coins), 0 FROM ledger GROUP BY request_id, item
      HAVING sum(qty) + sum(coins) <> 0
    ORDER BY 1, 2`);
  return rows.map(({ account, item, booked, found }) => ({
    account,
    item,
    booked: Number(booked),
    found: Number(found),
  }));
}
