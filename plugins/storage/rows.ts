import type { Db } from "roomkeep/server";
import type { Collection } from "./collection.ts";
import type { Place } from "./place.ts";

/** A value as it is stored. */
export interface Row {
  /** The account; empty for what is shared. */
  readonly owner: string;
  readonly key: string;
  readonly value: unknown;
  readonly version: number;
  /** Of its JSON text. */
  readonly bytes: number;
  readonly writtenAt: Date;
}

interface RawRow extends Omit<Row, "version" | "writtenAt"> {
  readonly version: string;
  readonly written_at: Date;
}

const COLUMNS = "owner, key, value, version, bytes, written_at";

/** Reads a value; undefined: there is none. */
export async function readRow(db: Db, { collection, owner, key }: Place): Promise<Row | undefined> {
  const [row] = await db.query<RawRow[]>(
    `SELECT ${COLUMNS} FROM storage_value WHERE collection = $1 AND owner = $2 AND key = $3`,
    [collection.name, owner, key],
  );
  return row && rowOf(row);
}

/** Where a list begins, and how far it goes. */
export interface Range {
  /** Of one owner; undefined: of all. */
  readonly owner: string | undefined;
  /** The place before the first; undefined: from the beginning. */
  readonly after: { readonly owner: string; readonly key: string } | undefined;
  readonly limit: number;
}

/** Reads values of a collection, by owner and key. */
export async function listRows(db: Db, { name }: Collection, range: Range): Promise<Row[]> {
  const { owner, after, limit } = range;
  const rows = await db.query<RawRow[]>(
    `SELECT ${COLUMNS} FROM storage_value
     WHERE collection = $1 AND (owner, key) > ($2, $3) ${owner === undefined ? "" : "AND owner = $5"}
     ORDER BY owner, key LIMIT $4`,
    [name, after?.owner ?? "", after?.key ?? "", limit, ...(owner === undefined ? [] : [owner])],
  );
  return rows.map(rowOf);
}

/** How many values each collection has. */
export function countRows(db: Db): Promise<{ collection: string; rows: number }[]> {
  return db.query("SELECT collection, count(*)::int AS rows FROM storage_value GROUP BY collection");
}

function rowOf({ owner, key, value, version, bytes, written_at: writtenAt }: RawRow): Row {
  return { owner, key, value, version: Number(version), bytes, writtenAt };
}
