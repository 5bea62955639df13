import { type PluginRoute, type RouteCaller, route } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Collection } from "./collection.ts";
import { type OpenStorage, PAGE_MAX, type Stored } from "./storage.ts";
import { VersionStale } from "./writes.ts";

/** Writes in one request, whose body has at most 64 kB. */
const WRITES_MAX = 20;
/** Requests of an account in a minute. */
const WRITES_PER_MINUTE = 60;
/** As `owner` of a list: those of all accounts. */
const EVERYONE = "everyone";

const version = z
  .int()
  .min(0)
  .nullish()
  .meta({ description: "what has to be there: a version, or null for nothing; absent: whatever" });
const stored = z.object({
  key: z.string(),
  owner: z.uuid().nullable(),
  value: z.unknown(),
  version: z.int(),
  writtenAt: z.iso.datetime(),
});
const ofOwner = z.string().max(64).optional().meta({ description: "account; absent: the own one" });
const oneQuery = z.object({ owner: ofOwner });
const listQuery = z.object({
  owner: ofOwner.meta({ description: 'account, or "everyone"; absent: the own one' }),
  cursor: z.string().max(400).optional().meta({ description: "of the page before" }),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).optional(),
});
const deleteQuery = z.object({ version: z.coerce.number().int().min(0).optional() });
const writeBody = z.strictObject({ value: z.unknown(), version });
const manyBody = z.strictObject({
  writes: z
    .array(
      z.strictObject({
        collection: z.string().max(64),
        key: z.string().max(128),
        value: z.unknown().optional(),
        delete: z.literal(true).optional(),
        version,
      }),
    )
    .min(1)
    .max(WRITES_MAX),
});

const READ_CODES = [
  "COLLECTION_UNKNOWN",
  "COLLECTION_FORBIDDEN",
  "ACCOUNT_UNKNOWN",
  "STATE_INVALID",
] as const;
const WRITE_CODES = [
  "COLLECTION_UNKNOWN",
  "COLLECTION_FORBIDDEN",
  "KEY_INVALID",
  "KEYS_FULL",
  "VALUE_INVALID",
  "VALUE_TOO_LARGE",
  "VERSION_STALE",
] as const;

/** What players may do with stored values, as the collections say. */
export function storageRoutes(store: OpenStorage): Record<string, PluginRoute> {
  /** The open collection, if the account may write its own values there. */
  const writable = (name = "") => {
    const collection = store.collection(name);
    if (collection.write !== "owner") throw forbidden(collection, "written");
    return collection;
  };
  return {
    listStored: route({
      method: "GET",
      path: "/v1/storage/:collection",
      summary: "Stored values of a collection, by owner and key",
      result: z.object({ entries: z.array(stored), cursor: z.string().nullable() }),
      documents: { query: listQuery },
      codes: READ_CODES,
      async answer({ params, query, caller }) {
        const collection = store.collection(params.collection ?? "");
        const { owner, ...page } = readQuery(listQuery, query);
        const of = owner === EVERYONE && collection.owner === "player" ? undefined : owner;
        const readOf = readable(collection, caller, of, owner === EVERYONE);
        const { entries, cursor } = await store.list(collection, { ...page, owner: readOf });
        return { entries: entries.map(shownOf), cursor };
      },
    }),
    readStored: route({
      method: "GET",
      path: "/v1/storage/:collection/:key",
      summary: "A stored value and its version",
      result: stored,
      documents: { query: oneQuery },
      codes: [...READ_CODES, "KEY_INVALID", "KEY_UNKNOWN"],
      async answer({ params: { collection: name = "", key = "" }, query, caller }) {
        const collection = store.collection(name);
        const owner = readable(collection, caller, readQuery(oneQuery, query).owner);
        const one = await store.get(collection, { key, owner });
        if (!one) throw new RoomkeepError("KEY_UNKNOWN");
        return shownOf(one);
      },
    }),
    writeStored: route({
      method: "POST",
      path: "/v1/storage/:collection/:key",
      summary: "Write an own value, if the version that is there is the one that is named",
      body: writeBody,
      result: z.object({ version: z.int() }),
      codes: WRITE_CODES,
      perMinute: WRITES_PER_MINUTE,
      answer: ({ params: { collection, key = "" }, body, caller: { accountId: owner } }) =>
        orStale(async () => ({
          version: await store.put(writable(collection), { key, owner }, body.value, body.version),
        })),
    }),
    deleteStored: route({
      method: "DELETE",
      path: "/v1/storage/:collection/:key",
      summary: "Delete an own value",
      status: 204,
      documents: { query: deleteQuery },
      codes: ["COLLECTION_UNKNOWN", "COLLECTION_FORBIDDEN", "KEY_INVALID", "KEY_UNKNOWN", "VERSION_STALE"],
      perMinute: WRITES_PER_MINUTE,
      answer: ({ params: { collection, key = "" }, query, caller: { accountId: owner } }) =>
        orStale(async () => {
          const there = readQuery(deleteQuery, query).version;
          if (await store.delete(writable(collection), { key, owner }, there)) return null;
          throw new RoomkeepError("KEY_UNKNOWN");
        }),
    }),
    writeManyStored: route({
      method: "POST",
      path: "/v1/storage",
      summary: `Write or delete up to ${WRITES_MAX} own values: all of them, or none`,
      body: manyBody,
      result: z.object({
        versions: z
          .array(z.int().nullable())
          .meta({ description: "in their order; 0: deleted, null: it was not there" }),
      }),
      codes: WRITE_CODES,
      perMinute: WRITES_PER_MINUTE,
      answer: ({ body: { writes }, caller: { accountId: owner } }) =>
        orStale(async () => ({
          versions: await store.transaction((all) => {
            for (const { collection, key, value, delete: isDelete, version: there } of writes) {
              if (isDelete) all.delete(writable(collection), { key, owner }, there ?? undefined);
              else all.put(writable(collection), { key, owner }, value, there);
            }
          }),
        })),
    }),
  };
}

/**
 * Checks that an account may read values.
 *
 * @param asked whose; undefined: its own, or of all with `ofAll`
 * @returns owner of the values; undefined for what is shared, and for those of all
 * @throws COLLECTION_FORBIDDEN
 */
function readable(
  collection: Collection,
  { accountId }: RouteCaller,
  asked: string | undefined,
  ofAll = false,
): string | undefined {
  const isShared = collection.owner === "shared";
  const owner = isShared || ofAll ? asked : (asked?.toLowerCase() ?? accountId);
  const isOwn = owner === accountId;
  if (collection.read === "everyone" || (collection.read === "owner" && isOwn)) return owner;
  throw forbidden(collection, "read");
}

function forbidden({ name }: Collection, done: string): RoomkeepError {
  return new RoomkeepError("COLLECTION_FORBIDDEN", `These values of "${name}" are not ${done} by players.`);
}

/** @throws MESSAGE_INVALID a parameter does not fit */
function readQuery<Q extends z.ZodObject>(schema: Q, query: Record<string, string>): z.output<Q> {
  const parsed = schema.strict().safeParse(query);
  if (parsed.success) return parsed.data as z.output<Q>;
  const [issue] = parsed.error.issues;
  throw new RoomkeepError("MESSAGE_INVALID", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

function shownOf({ key, owner, value, version: is, writtenAt }: Stored): z.output<typeof stored> {
  return { key, owner: owner ?? null, value, version: is, writtenAt: writtenAt.toISOString() };
}

/** Answers a stale version with the one that is there. */
async function orStale<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VersionStale)) throw error;
    const { code, message, current } = error;
    const headers = { "cache-control": "no-store" };
    // An endpoint hands a response on as it is.
    return Response.json({ code, message, version: current }, { status: 409, headers }) as T;
  }
}
