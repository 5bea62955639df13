import { deskOperation, type PluginOperation } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import { readPlace } from "./place.ts";
import { type Row, readRow } from "./rows.ts";
import { listPage, type OpenStorage, PAGE_MAX, readWrite } from "./storage.ts";
import { applyWrites } from "./writes.ts";

/** Longest value that an operator writes: a request has at most 64 kB. */
const TEXT_MAX = 48_000;

const collection = z.string().max(64).meta({ description: "name of the collection" });
const owner = z.uuid().optional().meta({ description: "account; absent for what is shared" });
const key = z.string().max(128);
const version = z.int().min(0).optional().meta({ description: "what has to be there; 0: nothing" });
const reason = z.string().trim().min(1).max(500).meta({ description: "for the audit log" });
const about = {
  key: z.string(),
  owner: z.string().nullable(),
  version: z.int(),
  bytes: z.int(),
  writtenAt: z.iso.datetime(),
};

/** What operators do with stored values. */
export function storageOperations(store: OpenStorage): Record<string, PluginOperation> {
  return {
    list: deskOperation({
      summary: "Keys of a collection, by owner, without their values",
      permission: "secrets",
      kind: "read",
      params: z.object({
        collection,
        owner: owner.meta({ description: "account; absent: all" }),
        cursor: z.string().max(400).optional(),
        limit: z.int().min(1).max(PAGE_MAX).default(50),
      }),
      result: z.object({ entries: z.array(z.object(about)), cursor: z.string().nullable() }),
      codes: ["COLLECTION_UNKNOWN", "COLLECTION_FORBIDDEN"],
      async run({ db }, { collection: name, ...page }) {
        const { rows, cursor } = await listPage(db, store.collection(name), page);
        return { entries: rows.map(shownOf), cursor };
      },
      text: ({ entries, cursor }) => [
        ...entries.map((one) => `${one.key}  ${one.owner ?? "shared"}  ${one.bytes} bytes  ${one.writtenAt}`),
        ...(cursor === null ? [] : [`More by --cursor ${cursor}`]),
      ],
    }),
    get: deskOperation({
      summary: "A stored value, as it is",
      permission: "secrets",
      kind: "read",
      params: z.object({ collection, owner, key }),
      result: z.object({
        ...about,
        value: z.unknown(),
        fits: z.boolean().meta({ description: "false: the schema of now does not take it" }),
      }),
      codes: ["COLLECTION_UNKNOWN", "COLLECTION_FORBIDDEN", "ACCOUNT_UNKNOWN", "KEY_INVALID", "KEY_UNKNOWN"],
      async run({ db }, { collection: name, ...place }) {
        const known = store.collection(name);
        const row = await readRow(db, readPlace(known, place));
        if (!row) throw new RoomkeepError("KEY_UNKNOWN");
        return { ...shownOf(row), value: row.value, fits: known.value.safeParse(row.value).success };
      },
    }),
    set: deskOperation({
      summary: "Write a stored value, by the rules of its collection",
      permission: "items",
      kind: "write",
      params: z.object({
        collection,
        owner,
        key,
        value: z.string().max(TEXT_MAX).meta({ description: "JSON" }),
        version,
        reason,
      }),
      result: z.object({ version: z.int() }),
      codes: [
        "COLLECTION_UNKNOWN",
        "COLLECTION_FORBIDDEN",
        "ACCOUNT_UNKNOWN",
        "KEY_INVALID",
        "KEYS_FULL",
        "VALUE_INVALID",
        "VALUE_TOO_LARGE",
        "VERSION_STALE",
      ],
      async run({ db, concerns }, { collection: name, value, version: there, reason: _, ...place }) {
        if (place.owner) concerns(place.owner);
        const write = readWrite(store.collection(name), place, { is: parse(value) }, there);
        const [written] = await applyWrites(db, [write]);
        return { version: written ?? 0 };
      },
      text: ({ version: is }) => [`It has the version ${is} now.`],
    }),
    delete: deskOperation({
      summary: "Delete a stored value",
      permission: "items",
      kind: "write",
      params: z.object({ collection, owner, key, version, reason }),
      result: z.object({ deleted: z.literal(true) }),
      codes: [
        "COLLECTION_UNKNOWN",
        "COLLECTION_FORBIDDEN",
        "ACCOUNT_UNKNOWN",
        "KEY_INVALID",
        "KEY_UNKNOWN",
        "VERSION_STALE",
      ],
      async run({ db, concerns }, { collection: name, version: there, reason: _, ...place }) {
        if (place.owner) concerns(place.owner);
        const write = readWrite(store.collection(name), place, undefined, there);
        const [gone] = await applyWrites(db, [write]);
        if (gone !== 0) throw new RoomkeepError("KEY_UNKNOWN");
        return { deleted: true as const };
      },
      text: () => ["It is deleted."],
    }),
  };
}

function shownOf({ key, owner: of, version: is, bytes, writtenAt }: Row) {
  return { key, owner: of || null, version: is, bytes, writtenAt: writtenAt.toISOString() };
}

/** @throws VALUE_INVALID it is no JSON */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RoomkeepError("VALUE_INVALID", "value: this is no JSON");
  }
}
