import { createHash } from "node:crypto";
import type { DataSource } from "typeorm";
import { type Refusal, RoomkeepError, refuse } from "../shared/errors.ts";
import { answerWithin, type Db } from "./db.ts";
import { type Holding, type ItemTemplates, openHolding, type Purses, type Stack } from "./holding.ts";

/** A claim under which something is booked: fenced like a save. */
export interface Booker {
  readonly characterId: string;
  /** Incarnation of the process that holds the character. */
  readonly owner: string;
  readonly epoch: number;
}

/** One request to change items and coins. */
export interface Booking {
  /** Chosen by whoever asks, new for each request; a repeated one gets the first answer. 1 to 100 characters. */
  requestId: string;
  /** Who asks first, then whoever else must agree and be live here. All are fenced. */
  by: readonly [Booker, ...Booker[]];
  /** What is asked, as JSON: a request id that comes back with something else is refused. */
  payload: unknown;
  /** For the ledger: "pick up", "trade", "shop". */
  reason: string;
  /** Every container that may change. Nothing outside them is touched, whatever id is asked for. */
  containers: readonly string[];
  /** Makes the change on a working copy; a refusal undoes all of it. Must be quick and without I/O. */
  change(holding: Holding): Refusal | null;
}

/** The rules of a game that bookings need. */
export interface ItemRules {
  readonly templates: ItemTemplates;
  /** How many slots a container has. */
  slotsOf(container: string): number;
}

/** The lasting answer: what is in the containers now, and the coins of those who took part. */
export interface Booked {
  readonly ok: true;
  readonly stacks: Stack[];
  readonly coins: Record<string, number>;
}

/**
 * Books a request in one transaction: the first answer if it was answered before; else fences everyone, locks the
 * containers in order, makes the change, stores it by exact row counts, writes a ledger leg for every sum that
 * changed, and keeps the answer. A refusal leaves no trace, so that it may be tried again.
 *
 * Commit first: call this, then change the room's state from what it returns.
 *
 * @throws CHARACTER_FENCED one of `by` is no longer held; nothing was changed
 * @throws DATABASE_UNAVAILABLE no answer; ask again with the same request id
 */
export async function book(ds: DataSource, rules: ItemRules, booking: Booking): Promise<Booked | Refusal> {
  if (!/^[\x21-\x7e]{1,100}$/.test(booking.requestId))
    return refuse("MESSAGE_INVALID", "The request id is not valid.");
  try {
    return await answerWithin(ds.transaction((db) => bookIn(db, rules, booking)));
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/** Rolls the transaction back with a refusal. */
class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.reason);
  }
}

async function bookIn(db: Db, rules: ItemRules, booking: Booking): Promise<Booked> {
  const [{ characterId, epoch }] = booking.by;
  const requestId = `${characterId}:${booking.requestId}`;
  const hash = createHash("sha256").update(JSON.stringify(booking.payload)).digest("hex");
  const first = await firstAnswer(db, requestId, characterId, hash);
  if (first) return first;

  const coins = await lockPurses(db, booking.by);
  const rows = await lockContainers(db, booking.containers);
  const holding = openHolding(rows, coins, booking.containers, rules.templates, (name) =>
    rules.slotsOf(name),
  );
  const refusal = booking.change(holding);
  if (refusal) throw new Refused(refusal);

  await storeStacks(db, rows, [...holding.stacks.values()]);
  await storeCoins(db, coins, holding.purses);
  await writeLegs(db, { requestId, epoch, reason: booking.reason }, legsOf(rows, coins, holding));

  const result: Booked = {
    ok: true,
    stacks: [...holding.stacks.values()],
    coins: Object.fromEntries(holding.purses),
  };
  await exactly(
    1,
    db.query("UPDATE request_result SET result = $2 WHERE request_id = $1", [
      requestId,
      JSON.stringify(result),
    ]),
  );
  return result;
}

/** Inserting waits for the same request under way elsewhere, so that two never run. */
async function firstAnswer(
  db: Db,
  requestId: string,
  characterId: string,
  hash: string,
): Promise<Booked | null> {
  const inserted = await db.query<unknown[]>(
    `INSERT INTO request_result (request_id, character, payload_hash, result) VALUES ($1, $2, $3, '{}')
     ON CONFLICT (request_id) DO NOTHING RETURNING request_id`,
    [requestId, characterId, hash],
  );
  if (inserted.length === 1) return null;
  const [stored] = await db.query<{ payload_hash: string; result: Booked }[]>(
    "SELECT payload_hash, result FROM request_result WHERE request_id = $1",
    [requestId],
  );
  if (stored?.payload_hash !== hash) throw new Refused(refuse("REQUEST_REUSED"));
  return stored.result;
}

/** Locks the characters in id order, so that two trades never wait for each other, and fences them. */
async function lockPurses(db: Db, by: readonly Booker[]): Promise<Purses> {
  const rows = await db.query<{ id: string; owner: string | null; epoch: number; coins: string }[]>(
    "SELECT id, owner, epoch, coins FROM character WHERE id = ANY($1) ORDER BY id FOR UPDATE",
    [by.map(({ characterId }) => characterId)],
  );
  for (const { characterId, owner, epoch } of by) {
    const row = rows.find(({ id }) => id === characterId);
    if (row?.owner !== owner || row.epoch !== epoch) {
      throw new RoomkeepError(
        "CHARACTER_FENCED",
        `Character ${characterId} is no longer held under epoch ${epoch}.`,
      );
    }
  }
  return new Map(rows.map(({ id, coins }) => [id, Number(coins)]));
}

/** An empty container has no row to lock, so containers are locked by name, in order. */
async function lockContainers(db: Db, containers: readonly string[]): Promise<Stack[]> {
  for (const container of [...new Set(containers)].sort()) {
    await db.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", [container]);
  }
  return stacksIn(db, containers);
}

/** What is in some containers, in order of slots. */
export function stacksIn(db: Db, containers: readonly string[]): Promise<Stack[]> {
  return db.query<Stack[]>(
    "SELECT id, template, container, slot, qty FROM item WHERE container = ANY($1) ORDER BY container, slot",
    [containers],
  );
}

async function storeStacks(db: Db, before: readonly Stack[], after: readonly Stack[]): Promise<void> {
  const was = new Map(before.map((stack) => [stack.id, stack]));
  const kept = new Set(after.map(({ id }) => id));
  for (const { id, qty } of before) {
    if (!kept.has(id)) await exactly(1, db.query("DELETE FROM item WHERE id = $1 AND qty = $2", [id, qty]));
  }
  for (const { id, template, container, slot, qty } of after) {
    const old = was.get(id);
    if (!old) {
      await db.query("INSERT INTO item (id, template, container, slot, qty) VALUES ($1, $2, $3, $4, $5)", [
        id,
        template,
        container,
        slot,
        qty,
      ]);
    } else if (old.container !== container || old.slot !== slot || old.qty !== qty) {
      const update = `UPDATE item SET container = $2, slot = $3, qty = $4, version = version + 1
        WHERE id = $1 AND container = $5 AND slot = $6 AND qty = $7`;
      await exactly(1, db.query(update, [id, container, slot, qty, old.container, old.slot, old.qty]));
    }
  }
}

async function storeCoins(db: Db, before: Purses, after: ReadonlyMap<string, number>): Promise<void> {
  for (const [id, coins] of after) {
    if (coins === before.get(id)) continue;
    const update = "UPDATE character SET coins = $2, updated_at = now() WHERE id = $1 AND coins = $3";
    await exactly(1, db.query(update, [id, coins, before.get(id)]));
  }
}

interface Leg {
  account: string;
  item: string | null;
  qty: number;
  coins: number;
}

/** What changed, as sums an account and a kind of thing, closed by a leg of the world for what came or went. */
function legsOf(before: readonly Stack[], coinsBefore: Purses, { stacks, purses }: Holding): Leg[] {
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
  { requestId, epoch, reason }: { requestId: string; epoch: number; reason: string },
  legs: readonly Leg[],
): Promise<void> {
  for (const [index, { account, item, qty, coins }] of legs.entries()) {
    await db.query(
      `INSERT INTO ledger (request_id, leg, account, item, qty, coins, reason, epoch)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [requestId, index, account, item, qty, coins, reason, epoch],
    );
  }
}

/** A count that differs means that a row changed under our locks: roll back whole. */
async function exactly(rows: number, statement: Promise<[unknown, number]>): Promise<void> {
  const [, count] = await statement;
  if (count !== rows)
    throw new Error(`A booking changed ${count} rows instead of ${rows}; it was rolled back.`);
}

/** An account whose balance is not what the ledger says. */
export interface LedgerDifference {
  readonly account: string;
  /** Template, or null for coins. */
  readonly item: string | null;
  readonly booked: number;
  readonly found: number;
}

/**
 * Replays the ledger against the balances. Empty when every balance is what was booked and the legs of every
 * request sum to nothing (a request that does not is reported under its id).
 */
export async function verifyLedger(db: Db): Promise<LedgerDifference[]> {
  const rows = await db.query<{ account: string; item: string | null; booked: string; found: string }[]>(`
    WITH booked AS (
      SELECT account, item, sum(qty) + sum(coins) AS n FROM ledger WHERE account <> 'world' GROUP BY 1, 2
    ), found AS (
      SELECT container AS account, template AS item, sum(qty) AS n FROM item GROUP BY 1, 2
      UNION ALL SELECT 'purse:' || id, NULL, coins FROM character WHERE coins <> 0
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
