import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { JsonValue } from "./json-value.ts";
import type { Place } from "./place.ts";

/** Kind of the advisory locks under which an owner's keys are counted. */
const LOCK = 16;

/** A checked write. */
export interface Write extends Place {
  /** Undefined: it is deleted. */
  readonly value: JsonValue | undefined;
  /** What has to be there: 0 nothing, else that version; undefined: whatever. */
  readonly version: number | undefined;
}

/** Refuses a write whose version is not the one that is there. */
export class VersionStale extends RoomkeepError {
  /** The version that is there; 0: there is no value. */
  readonly current: number;

  constructor({ key }: Pick<Place, "key">, current: number) {
    const there = current === 0 ? "has no value" : `has the version ${current}`;
    super("VERSION_STALE", `"${key}" ${there}; nothing was changed.`);
    this.current = current;
  }
}

/**
 * Overwrites a value that is there, by one statement. Of several that name the same version one is first.
 *
 * @returns its new version; undefined: there is none, or none of that version
 */
export async function overwrite(db: Db, write: Write): Promise<number | undefined> {
  const { collection, owner, key, value, version } = write;
  const [row] = await db.query<{ version: string }[]>(
    `WITH written AS (
       UPDATE storage_value SET value = $4::jsonb, bytes = $5, version = DEFAULT, written_at = now()
       WHERE collection = $1 AND owner = $2 AND key = $3 AND ($6::bigint IS NULL OR version = $6)
       RETURNING version
     ) SELECT version FROM written`,
    [collection.name, owner, key, value?.text, value?.bytes, version ?? null],
  );
  return row && Number(row.version);
}

/**
 * Makes writes within the caller's transaction: all hold, or it throws.
 *
 * @returns the new version of each, in their order; 0 for what was deleted, null for what was not there
 * @throws VersionStale, KEYS_FULL, ACCOUNT_UNKNOWN
 */
export async function applyWrites(db: Db, writes: readonly Write[]): Promise<(number | null)[]> {
  await lockOwners(db, writes);
  const versions: (number | null)[] = writes.map(() => null);
  // Always in the same order, so that no two transactions wait for each other.
  const ordered = [...writes.entries()].sort(([, a], [, b]) => compare(nameOf(a), nameOf(b)));
  for (const [i, write] of ordered) versions[i] = await (write.value ? put(db, write) : remove(db, write));
  return versions;
}

/** Name of a place: no part has a slash. */
export const nameOf = ({ collection, owner, key }: Place) => `${collection.name}/${owner}/${key}`;

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Locks, in the order that the deletion of an account has: the accounts, so that none goes meanwhile, and by
 * name the owners who may get a key more. The next statement sees what others wrote before.
 */
async function lockOwners(db: Db, writes: readonly Write[]): Promise<void> {
  const accounts = [...new Set(writes.flatMap(({ owner }) => (owner === "" ? [] : owner)))];
  if (accounts.length > 0) {
    const rows = await db.query<{ id: string }[]>(
      "SELECT id FROM account WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE",
      [accounts],
    );
    const found = new Set(rows.map(({ id }) => id));
    if (writes.some(({ owner, value }) => owner !== "" && value && !found.has(owner)))
      throw new RoomkeepError("ACCOUNT_UNKNOWN", "No account has this id.");
  }
  const growing = writes.filter(({ value, version }) => value && (version ?? 0) === 0);
  const names = [...new Set(growing.map(({ collection, owner }) => `${collection.name}/${owner}`))].sort();
  if (names.length === 0) return;
  await db.query(
    `SELECT pg_advisory_xact_lock(hashtextextended(name, ${LOCK}))
     FROM (SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS ordered (name, n) ORDER BY n) AS ordered`,
    [names],
  );
}

async function put(db: Db, write: Write): Promise<number> {
  const { collection, owner, key, value, version } = write;
  const written = version === 0 ? undefined : await overwrite(db, write);
  if (written !== undefined) return written;
  if (version !== undefined && version !== 0) throw new VersionStale(write, await versionAt(db, write));
  const current = version === 0 ? await versionAt(db, write) : 0;
  if (current !== 0) throw new VersionStale(write, current);
  const [count] = await db.query<{ keys: number }[]>(
    "SELECT count(*)::int AS keys FROM storage_value WHERE collection = $1 AND owner = $2",
    [collection.name, owner],
  );
  const keys = count?.keys ?? 0;
  if (!(keys < collection.maxPerOwner))
    throw new RoomkeepError(
      "KEYS_FULL",
      `There are ${keys} keys in "${collection.name}"; at most ${collection.maxPerOwner} may be.`,
    );
  const [row] = await db.query<{ version: string }[]>(
    `INSERT INTO storage_value (collection, owner, key, account_id, value, bytes)
     VALUES ($1, $2::text, $3, NULLIF($2::text, '')::uuid, $4::jsonb, $5) RETURNING version`,
    [collection.name, owner, key, value?.text, value?.bytes],
  );
  return Number(row?.version);
}

async function remove(db: Db, write: Write): Promise<number | null> {
  const { collection, owner, key, version } = write;
  const gone = await db.query<unknown[]>(
    `WITH gone AS (
       DELETE FROM storage_value
       WHERE collection = $1 AND owner = $2 AND key = $3 AND ($4::bigint IS NULL OR version = $4) RETURNING 1
     ) SELECT 1 FROM gone`,
    [collection.name, owner, key, version ?? null],
  );
  if (gone.length > 0) return 0;
  const current = version === undefined ? 0 : await versionAt(db, write);
  if (current !== (version ?? 0)) throw new VersionStale(write, current);
  return null;
}

/** The version that is there; 0: there is no value. */
async function versionAt(db: Db, { collection, owner, key }: Place): Promise<number> {
  const [row] = await db.query<{ version: string }[]>(
    "SELECT version FROM storage_value WHERE collection = $1 AND owner = $2 AND key = $3",
    [collection.name, owner, key],
  );
  return Number(row?.version ?? 0);
}
