import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineCollection, type OpenStorage } from "../../../plugins/storage/index.ts";
import { values } from "../../../plugins/storage/migration.ts";
import { retentionOf } from "../../../plugins/storage/retention.ts";
import { openStorage } from "../../../plugins/storage/storage.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { exportAccount } from "../../../server/accounts/privacy/account-export.ts";
import { type Database, openDatabase } from "../../../server/storage/database.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { newGuest } from "../../helpers/characters.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

const counts = defineCollection("counts", {
  value: z.strictObject({ n: z.int(), by: z.string().default("nobody") }),
  owner: "player",
  read: "owner",
  write: "owner",
  maxPerOwner: 3,
  days: 7,
});
const news = defineCollection("news", {
  value: z.unknown(),
  owner: "shared",
  read: "everyone",
  write: "room",
  maxBytes: 1_000,
});
const collections = [counts, news];

/** As another process has it. */
const openOn = ({ ds }: Database): OpenStorage =>
  openStorage(collections, { db: ds, transaction: (work) => ds.transaction((db) => work(db)) });
const stale = (current: number) => expect.objectContaining({ code: "VERSION_STALE", current });
const refused = (code: string) => expect.objectContaining({ code });
const outcomes = async (works: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(works)).map((one) => (one.status === "fulfilled" ? "done" : one.reason.code));

describeOnEachDatabase("stored values", (open) => {
  let database: Database;
  let other: Database;
  let [here, there]: OpenStorage[] = [];
  const player = async () => (await newGuest(database.ds)).accountId;
  const rows = () =>
    database.ds.query<{ key: string; value: unknown }[]>("SELECT key, value FROM storage_value ORDER BY key");
  beforeAll(async () => {
    database = await open();
    await values.up(database.ds);
    const { url } = database.ds.options as { url?: string };
    // The embedded database has one connection; on PostgreSQL the other process has its own.
    other = url ? await openDatabase({ url, dataDir: "", log: testLog }) : database;
    [here, there] = [openOn(database), openOn(other)];
  });
  afterAll(async () => {
    if (other !== database) await other.close();
  });

  it("are written where what is there is as it was named, and no version comes back", async () => {
    const at = { owner: await player(), key: "main" };
    expect(await here!.get(counts, at)).toBeUndefined();
    await expect(here!.put(counts, at, { n: 1 }, 5)).rejects.toThrow(stale(0));
    const first = await here!.put(counts, at, { n: 1 }, null);
    await expect(here!.put(counts, at, { n: 2 }, 0)).rejects.toThrow(stale(first));
    expect(await there!.get(counts, at)).toEqual({
      ...at,
      value: { n: 1, by: "nobody" },
      version: first,
      writtenAt: expect.any(Date),
    });
    const second = await there!.put(counts, at, { n: 2 }, first);
    await expect(here!.put(counts, at, { n: 3 }, first)).rejects.toThrow(stale(second));
    const third = await here!.put(counts, at, { n: 3, by: "Ann" });
    await expect(here!.delete(counts, at, second)).rejects.toThrow(stale(third));
    expect(await here!.delete(counts, at, third)).toBe(true);
    expect(await here!.delete(counts, at)).toBe(false);
    await expect(here!.delete(counts, at, third)).rejects.toThrow(stale(0));
    const fourth = await here!.put(counts, at, { n: 4 });
    // Who read the first one does not take the new one for it.
    for (const former of [first, second, third])
      await expect(there!.put(counts, at, { n: 5 }, former)).rejects.toThrow(stale(fourth));
    expect((await there!.get(counts, at))?.value).toEqual({ n: 4, by: "nobody" });
    expect(new Set([first, second, third, fourth]).size).toBe(4);
  });

  it("of two processes that name the same version exactly one holds", async () => {
    const at = { owner: await player(), key: "main" };
    let version = await here!.put(counts, at, { n: 0 });
    for (let n = 1; n <= 15; n++) {
      const named = version;
      const both = [here!, there!].map((store, i) => store.put(counts, at, { n, by: `${i}` }, named));
      expect((await outcomes(both)).sort()).toEqual(["VERSION_STALE", "done"]);
      const now = await here!.get(counts, at);
      expect(now?.value.n).toBe(n);
      version = now?.version ?? 0;
    }
  });

  it("of two processes that make the same key exactly one does, and neither makes one too many", async () => {
    for (let round = 0; round < 5; round++) {
      const owner = await player();
      const both = [here!, there!].map((store) => store.put(counts, { owner, key: "main" }, { n: 1 }, null));
      expect((await outcomes(both)).sort()).toEqual(["VERSION_STALE", "done"]);
      const many = ["a", "b", "c", "d", "e", "f"].map((key, i) =>
        (i % 2 ? here! : there!).put(counts, { owner, key }, { n: 1 }),
      );
      const ended = await outcomes(many);
      expect(ended.filter((one) => one === "done")).toHaveLength(2);
      expect(ended.filter((one) => one === "KEYS_FULL")).toHaveLength(4);
      expect((await here!.list(counts, { owner })).entries).toHaveLength(3);
      // One that is there is still written.
      await here!.put(counts, { owner, key: "main" }, { n: 2 });
    }
  });

  describe("of a transaction", () => {
    it("all hold, with their versions in order", async () => {
      const owner = await player();
      const old = await here!.put(counts, { owner, key: "old" }, { n: 1 });
      const versions = await here!.transaction((writes) => {
        writes.put(counts, { owner, key: "z" }, { n: 1 }, null);
        writes.delete(counts, { owner, key: "old" }, old);
        writes.put(news, { key: "motd" }, "Hello");
        writes.delete(news, { key: "none" });
      });
      expect(versions).toEqual([expect.any(Number), 0, expect.any(Number), null]);
      expect((await here!.get(counts, { owner, key: "z" }))?.version).toBe(versions[0]);
      expect((await here!.get(news, { key: "motd" }))?.version).toBe(versions[2]);
    });

    it("none holds where the third fails, whyever", async () => {
      const owner = await player();
      const at = (key: string) => ({ owner, key });
      const kept = await here!.put(counts, at("kept"), { n: 1 });
      const before = await rows();
      const fails = (write: Parameters<OpenStorage["transaction"]>[0]) =>
        here!.transaction((writes) => {
          writes.put(counts, at("a"), { n: 1 }, null);
          writes.put(counts, at("kept"), { n: 2 }, kept);
          write(writes);
        });
      await expect(fails((writes) => writes.put(counts, at("z"), { n: 1 }, 1))).rejects.toThrow(stale(0));
      await expect(fails((writes) => writes.delete(counts, at("z"), 1))).rejects.toThrow(stale(0));
      await expect(fails((writes) => writes.put(counts, at("z"), { n: 0.5 }))).rejects.toThrow(
        refused("VALUE_INVALID"),
      );
      await expect(fails((writes) => writes.put(counts, at("kept"), { n: 3 }))).rejects.toThrow(
        refused("MESSAGE_INVALID"),
      );
      const full = fails((writes) => {
        for (const key of ["y", "z"]) writes.put(counts, at(key), { n: 1 });
      });
      await expect(full).rejects.toThrow(refused("KEYS_FULL"));
      const unknown = "00000000-0000-4000-8000-000000000000";
      const ofNobody = fails((writes) => writes.put(counts, { owner: unknown, key: "z" }, { n: 1 }));
      await expect(ofNobody).rejects.toThrow(refused("ACCOUNT_UNKNOWN"));
      const tooMany = here!.transaction((writes) => {
        for (let i = 0; i <= 100; i++) writes.put(news, { key: `k${i}` }, i);
      });
      await expect(tooMany).rejects.toThrow(refused("MESSAGE_INVALID"));
      expect(await rows()).toEqual(before);
    });

    it("those of two processes that cross do not wait for each other for ever", async () => {
      const [ann, bob] = [await player(), await player()];
      const places = [ann, bob].flatMap((owner) => ["a", "b"].map((key) => ({ owner, key })));
      const crossing = Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? here! : there!).transaction((writes) => {
          for (const place of i % 2 ? places : [...places].reverse()) writes.put(counts, place, { n: i });
        }),
      );
      expect(new Set(await outcomes(crossing))).toEqual(new Set(["done"]));
      const written = await Promise.all(places.map((place) => here!.get(counts, place)));
      expect(new Set(written.map((one) => one?.value.n)).size).toBe(1);
      const deleting = Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? here! : there!).transaction((writes) => {
          for (const place of i % 2 ? places : [...places].reverse()) writes.delete(counts, place);
        }),
      );
      expect(new Set(await outcomes(deleting))).toEqual(new Set(["done"]));
    });
  });

  it("are listed page by page, of one owner or of all", async () => {
    const [ann, bob] = (await Promise.all([player(), player()])).sort() as [string, string];
    for (const owner of [ann, bob])
      for (const key of ["B", "a", "c"]) await here!.put(counts, { owner, key }, { n: 1 });
    const walk = async (owner?: string) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await here!.list(counts, { owner, cursor, limit: 2 });
        found.push(...page.entries.map((one) => `${one.owner} ${one.key}`));
        cursor = page.cursor ?? undefined;
      } while (cursor);
      return found;
    };
    const of = (owner: string) => ["B", "a", "c"].map((key) => `${owner} ${key}`);
    expect(await walk(bob)).toEqual(of(bob));
    const all = await walk();
    expect(all).toEqual([...new Set(all)]);
    expect(all.filter((one) => one.startsWith(ann) || one.startsWith(bob))).toEqual([...of(ann), ...of(bob)]);
    for (const cursor of ["nonsense", "", Buffer.from("'; --/x y").toString("base64url"), "x".repeat(500)])
      await expect(here!.list(counts, { cursor }), cursor).rejects.toThrow(refused("MESSAGE_INVALID"));
    for (const limit of [0, 101, 1.5, Number.NaN])
      await expect(here!.list(counts, { limit })).rejects.toThrow(refused("MESSAGE_INVALID"));
  });

  it("go with their account, and are in its export", async () => {
    const [ann, bob] = [await player(), await player()];
    for (const owner of [ann, bob]) await here!.put(counts, { owner, key: "main" }, { n: 7 });
    const { more } = await exportAccount(database.ds, ann);
    expect(more.storage_value).toMatchObject([{ owner: ann, key: "main", value: { n: 7, by: "nobody" } }]);
    await deleteAccount(database.ds, ann);
    expect(await here!.get(counts, { owner: ann, key: "main" })).toBeUndefined();
    await expect(here!.put(counts, { owner: ann, key: "main" }, { n: 8 })).rejects.toThrow(
      refused("ACCOUNT_UNKNOWN"),
    );
    expect((await here!.get(counts, { owner: bob, key: "main" }))?.value.n).toBe(7);
  });

  it("are deleted so many days after their last write, where their collection says so", async () => {
    const owner = await player();
    for (const key of ["old", "again"]) await here!.put(counts, { owner, key }, { n: 1 });
    await here!.put(news, { key: "old" }, 1);
    await database.ds.query("UPDATE storage_value SET written_at = now() - interval '8 days'");
    await here!.put(counts, { owner, key: "again" }, { n: 2 });
    await applyRetention(database.ds, retentionOf(collections));
    expect((await here!.list(counts, { owner })).entries.map(({ key }) => key)).toEqual(["again"]);
    expect(await here!.get(news, { key: "old" })).toBeDefined();
  });

  it("are JSON that is read as it was written, or refused with a reason and nothing changed", async () => {
    const put = (value: unknown) => here!.put(news, { key: "json" }, value);
    const good = {
      a: [null, true, -0.5, 2 ** 53 - 1, 1e-9, "é\n🙂", { b: {} }],
      constructor: "x",
      left: undefined,
    };
    await put(good);
    const { left: _, ...written } = good;
    expect((await there!.get(news, { key: "json" }))?.value).toEqual(written);
    const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);
    await put(deep(32));
    await put(written);
    const circle: unknown[] = [];
    circle.push(circle);
    const bad: [string, unknown][] = [
      ["NaN", { n: Number.NaN }],
      ["Infinity", [Number.POSITIVE_INFINITY]],
      ["an unsafe number", { n: 2 ** 53 }],
      ["a larger one", 1e300],
      ["a big integer", 1n],
      ["a date", new Date()],
      ["a map", new Map()],
      ["a function", () => {}],
      ["nothing", undefined],
      ["a hole", [undefined]],
      ["a prototype", JSON.parse('{"a":{"__proto__":{"admin":true}}}')],
      ["a NUL", "a\0b"],
      ["a NUL in a key", { "a\0b": 1 }],
      ["half a character", "\ud83d"],
      ["half a character in a key", { "\ude42": 1 }],
      ["33 deep", deep(33)],
      ["a circle", circle],
    ];
    for (const [what, value] of bad) await expect(put(value), what).rejects.toThrow(refused("VALUE_INVALID"));
    await expect(put("x".repeat(999))).rejects.toThrow(refused("VALUE_TOO_LARGE"));
    // In the database a small number has all its zeros.
    await expect(put([1e-300, 1e-300, 1e-300, 1e-300])).rejects.toThrow(refused("VALUE_TOO_LARGE"));
    await expect(put("é".repeat(500))).rejects.toThrow(refused("VALUE_TOO_LARGE"));
    expect((await here!.get(news, { key: "json" }))?.value).toEqual(written);
    await put("x".repeat(998));
  });

  it("have keys that stand in a path, and owners where they are a player's", async () => {
    const owner = await player();
    for (const key of ["", ".", "..", "a/b", "__proto__", "-a", "a b", "é", "x".repeat(129), 7 as never])
      await expect(here!.put(counts, { owner, key }, { n: 1 }), `${key}`).rejects.toThrow(
        refused("KEY_INVALID"),
      );
    await here!.put(counts, { owner, key: `${"x".repeat(124)}_.:-` }, { n: 1 });
    for (const wrong of ["", "Ann", `${owner}'`])
      await expect(here!.get(counts, { owner: wrong, key: "a" })).rejects.toThrow(refused("ACCOUNT_UNKNOWN"));
    await expect(here!.put(news, { owner, key: "a" }, 1)).rejects.toThrow(refused("COLLECTION_FORBIDDEN"));
    const closed = defineCollection("closed", {
      value: z.any(),
      owner: "shared",
      read: "nobody",
      write: "room",
    });
    await expect(here!.get(closed, { key: "a" })).rejects.toThrow(refused("COLLECTION_UNKNOWN"));
    for (const version of [-1, 0.5, 2 ** 53, Number.NaN, "1" as never])
      await expect(here!.put(news, { key: "a" }, 1, version)).rejects.toThrow(refused("MESSAGE_INVALID"));
  });

  it("that an earlier schema let in are refused, not given to a room as what they are not", async () => {
    const owner = await player();
    await here!.put(counts, { owner, key: "main" }, { n: 1 });
    await database.ds.query(`UPDATE storage_value SET value = '{"n": "one"}' WHERE owner = $1`, [owner]);
    await expect(here!.get(counts, { owner, key: "main" })).rejects.toThrow(refused("STATE_INVALID"));
    await expect(here!.list(counts, { owner })).rejects.toThrow(refused("STATE_INVALID"));
    await here!.put(counts, { owner, key: "main" }, { n: 2 });
    expect((await here!.get(counts, { owner, key: "main" }))?.value.n).toBe(2);
  });

  it("lie in a table that goes down and up", async () => {
    await values.down(database.ds);
    await values.up(database.ds);
    expect(await rows()).toEqual([]);
  });
});

describe("a collection is refused with CONFIG_INVALID", () => {
  const common = { value: z.any(), owner: "player", read: "owner", write: "owner" } as const;
  it.each([
    ["a name that is none", "Loadouts", {}],
    ["a name that is too long", "a".repeat(65), {}],
    ["no bytes", "a", { maxBytes: 0 }],
    ["too many bytes", "a", { maxBytes: 262_145 }],
    ["half a key", "a", { maxPerOwner: 0.5 }],
    ["too many keys", "a", { maxPerOwner: 10_001 }],
    ["days that are no number", "a", { days: Number.NaN }],
    ["an owner who reads what has none", "a", { owner: "shared", write: "room" } as never],
    ["an owner who writes what has none", "a", { owner: "shared", read: "nobody" } as never],
  ])("for %s", (_, name, more: object) => {
    expect(() => defineCollection(name, { ...common, ...more })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(`"${name}"`) }),
    );
  });
});
