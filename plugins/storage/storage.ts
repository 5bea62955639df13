import { Counter } from "prom-client";
import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { z } from "zod";
import type { Collection } from "./collection.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { readValue } from "./json-value.ts";
import { type PlaceIn, readOwner, readPlace } from "./place.ts";
import { countRows, listRows, type Row, readRow } from "./rows.ts";
import { applyWrites, nameOf, overwrite, type Write } from "./writes.ts";

/** Writes in one transaction, and values in one page of a list. */
const WRITES_MAX = 100;
const PAGE = 50;
export const PAGE_MAX = 100;

/** A stored value of a collection. */
export interface Stored<C extends Collection = Collection> {
  readonly key: string;
  /** The account; undefined for what is shared. */
  readonly owner: string | undefined;
  readonly value: z.output<C["value"]>;
  /**
   * Another one after each write, and never one that was there before: what it was when you read it is what
   * you have read.
   */
  readonly version: number;
  readonly writtenAt: Date;
}

/** Which values a list has. */
export interface ListOptions {
  /** Account whose values they are; undefined: of all. */
  readonly owner?: string | undefined;
  /** `cursor` of the page before. */
  readonly cursor?: string | undefined;
  /** 1 to 100, default 50. */
  readonly limit?: number | undefined;
}

/** A page of a list, by owner and key. */
export interface Page<C extends Collection = Collection> {
  readonly entries: readonly Stored<C>[];
  /** Where the next page goes on; null: this is the last. */
  readonly cursor: string | null;
}

/** Notes the writes of a transaction. Versions are as in {@link Storage.put}. */
export interface Transaction {
  put<C extends Collection>(
    collection: C,
    place: PlaceIn<C>,
    value: z.input<C["value"]>,
    version?: number | null,
  ): void;
  delete<C extends Collection>(collection: C, place: PlaceIn<C>, version?: number): void;
}

/** The stored values, for rooms and other plugins: what a collection says of players binds none of them. */
export interface Storage {
  /**
   * Reads a value; undefined: there is none.
   *
   * @throws STATE_INVALID it was written before a change of the schema, which does not take it
   */
  get<C extends Collection>(collection: C, place: PlaceIn<C>): Promise<Stored<C> | undefined>;
  /**
   * Writes a value.
   *
   * @param version what has to be there: a version that was read, or null (or 0) for nothing. Undefined
   *   overwrites whatever is there
   * @returns its new version
   * @throws VERSION_STALE something else is there; as `VersionStale` it has the `current` version
   * @throws VALUE_INVALID, VALUE_TOO_LARGE, KEYS_FULL, KEY_INVALID, COLLECTION_UNKNOWN, ACCOUNT_UNKNOWN
   * @example
   * const saved = await store.get(loadouts, { owner, key: "main" });
   * await store.put(loadouts, { owner, key: "main" }, { weapon: "bow" }, saved?.version ?? null);
   */
  put<C extends Collection>(
    collection: C,
    place: PlaceIn<C>,
    value: z.input<C["value"]>,
    version?: number | null,
  ): Promise<number>;
  /** Deletes a value. @returns whether there was one @throws VERSION_STALE, as `put` */
  delete<C extends Collection>(collection: C, place: PlaceIn<C>, version?: number): Promise<boolean>;
  /** Lists values by owner and key. @throws MESSAGE_INVALID cursor or limit is none */
  list<C extends Collection>(collection: C, options?: ListOptions): Promise<Page<C>>;
  /**
   * Makes up to 100 writes of any collections: all of them, or none.
   *
   * @param write notes them, at once
   * @returns the new version of each, in their order; 0 for what was deleted, null for what was not there
   * @throws what {@link Storage.put} throws, by the first that cannot be
   * @throws MESSAGE_INVALID too many, or one key twice
   * @example
   * await store.transaction((writes) => {
   *   writes.put(loadouts, { owner, key: "main" }, { weapon: "bow" }, main.version);
   *   writes.delete(loadouts, { owner, key: "old" });
   * });
   */
  transaction(write: (writes: Transaction) => void): Promise<(number | null)[]>;
}

/** What `open` returns: the API, and what routes, operations and metrics of the plugin need besides. */
export interface OpenStorage extends Storage {
  /** The open collection of a name. @throws COLLECTION_UNKNOWN */
  collection(name: string): Collection;
  /** How many values each collection has. */
  count(): Promise<{ collection: string; rows: number }[]>;
  /** Counts operations by their outcome. */
  readonly operations: Counter;
}

/** Opens the stored values of a process. */
export function openStorage(
  collections: readonly Collection[],
  { db, transaction }: Pick<PluginServices, "db" | "transaction">,
): OpenStorage {
  const byName = new Map(collections.map((one) => [one.name, one]));
  const operations = new Counter({
    name: "roomkeep_storage_operations_total",
    help: "Operations on stored values, by outcome: done, or the code of the refusal",
    labelNames: ["operation", "outcome"],
    registers: [],
  });
  /** The one that the server opened: a room's module may be another instance after a hot reload. */
  const opened = (name: string): Collection => {
    const collection = byName.get(name);
    if (!collection) throw new RoomkeepError("COLLECTION_UNKNOWN", `No collection "${name}" is open.`);
    return collection;
  };
  const counted = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      operations.inc({ operation, outcome: "done" });
      return result;
    } catch (error) {
      operations.inc({ operation, outcome: error instanceof RoomkeepError ? error.code : "failed" });
      throw error;
    }
  };
  const write = ({ name }: Collection, ...asked: AskedWrite) => readWrite(opened(name), ...asked);
  return {
    operations,
    collection: opened,
    count: () => countRows(db),
    get: (collection, place) =>
      counted("get", async () => {
        const known = opened(collection.name);
        const row = await readRow(db, readPlace(known, place));
        return row && storedOf(known, row);
      }),
    put: (collection, place, value, version) =>
      counted("put", async () => {
        const one = write(collection, place, { is: value }, version);
        return putOne(one, db, transaction);
      }),
    delete: (collection, place, version) =>
      counted("delete", async () => {
        const one = write(collection, place, undefined, version);
        const [gone] = await transaction((tx) => applyWrites(tx, [one]));
        return gone === 0;
      }),
    list: (collection, options) =>
      counted("list", async () => {
        const { rows, cursor } = await listPage(db, opened(collection.name), options);
        return { entries: rows.map((row) => storedOf(opened(collection.name), row)), cursor };
      }),
    transaction: (note) =>
      counted("transaction", async () => {
        const writes: Write[] = [];
        note({
          put: (collection, place, value, version) =>
            void writes.push(write(collection, place, { is: value }, version)),
          delete: (collection, place, version) =>
            void writes.push(write(collection, place, undefined, version)),
        });
        if (writes.length > WRITES_MAX)
          throw new RoomkeepError("MESSAGE_INVALID", `A transaction has at most ${WRITES_MAX} writes.`);
        if (new Set(writes.map(nameOf)).size < writes.length)
          throw new RoomkeepError("MESSAGE_INVALID", "A transaction writes each key once.");
        return transaction((tx) => applyWrites(tx, writes));
      }),
  };
}

type AskedWrite = [
  place: { readonly key: string; readonly owner?: string | undefined },
  /** Undefined: it is deleted. */
  value: { readonly is: unknown } | undefined,
  version: number | null | undefined,
];

/** Checks a write. Throws what {@link Storage.put} throws before it asks the database. */
export function readWrite(collection: Collection, ...[place, value, version]: AskedWrite): Write {
  return {
    ...readPlace(collection, place),
    value: value && readValue(collection, value.is),
    version: readVersion(version),
  };
}

/** One statement for a key that is there; a new one is counted, in a transaction. */
async function putOne(write: Write, db: Db, transaction: PluginServices["transaction"]): Promise<number> {
  const written = write.version === 0 ? undefined : await overwrite(db, write);
  if (written !== undefined) return written;
  const [version] = await transaction((tx) => applyWrites(tx, [write]));
  return version ?? 0;
}

/** A page of rows as they are stored. @throws MESSAGE_INVALID cursor or limit is none */
export async function listPage(
  db: Db,
  collection: Collection,
  { owner, cursor, limit = PAGE }: ListOptions = {},
): Promise<{ rows: Row[]; cursor: string | null }> {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= PAGE_MAX))
    throw new RoomkeepError("MESSAGE_INVALID", `limit is a whole number from 1 to ${PAGE_MAX}.`);
  const of = owner === undefined ? undefined : readOwner(collection, owner);
  const rows = await listRows(db, collection, { owner: of, after: readCursor(cursor), limit });
  const last = rows.at(-1);
  return { rows, cursor: last && rows.length === limit ? writeCursor(last) : null };
}

/** @throws MESSAGE_INVALID it is no version */
function readVersion(version: number | null | undefined): number | undefined {
  if (version === undefined) return undefined;
  const number = version ?? 0;
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new RoomkeepError("MESSAGE_INVALID", "A version is a whole number from 0 to 2^53 - 1.");
}

/** @throws STATE_INVALID the schema does not take what is stored */
function storedOf<C extends Collection>(collection: Collection, row: Row): Stored<C> {
  const { key, owner, version, writtenAt } = row;
  const parsed = collection.value.safeParse(row.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RoomkeepError(
      "STATE_INVALID",
      `"${key}" of "${collection.name}" does not fit its schema any more: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
    );
  }
  const value = parsed.data as z.output<C["value"]>;
  return { key, owner: owner || undefined, value, version, writtenAt };
}
