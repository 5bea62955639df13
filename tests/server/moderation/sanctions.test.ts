import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { beforeAll, expect, test } from "vitest";
import { plainAddress, readRange } from "../../../server/moderation/address-range.ts";
import { refuseBanned } from "../../../server/moderation/ban.ts";
import { listNotes, writeNote } from "../../../server/moderation/notes.ts";
import { moderationRetention } from "../../../server/moderation/open-moderation.ts";
import { giveSanction, liftSanction, listSanctions } from "../../../server/moderation/sanctions.ts";
import type { Database } from "../../../server/storage/database.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { newGuest } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
const here = "192.0.2.9";

test("an address is read as the database compares it, and a range is no wider than a provider", () => {
  expect(plainAddress("::ffff:192.0.2.7")).toBe("192.0.2.7");
  expect(plainAddress("fe80::1%eth0")).toBe("fe80::1");
  for (const none of ["", "unknown", "192.0.2", "'; DROP TABLE account"])
    expect(plainAddress(none)).toBeUndefined();
  expect(readRange(" 192.0.2.7 ")).toBe("192.0.2.7/32");
  expect(readRange("2001:db8::/48")).toBe("2001:db8::/48");
  expect(readRange("::ffff:192.0.2.0/120")).toBe("192.0.2.0/24");
  for (const bad of [
    "0.0.0.0/0",
    "10.0.0.0/7",
    "::/0",
    "2000::/18",
    "192.0.2.0/33",
    "192.0.2.0/-1",
    "192.0.2.0/8/8",
    "here",
  ])
    expect(() => readRange(bad), bad).toThrowError(expect.objectContaining({ code: "SANCTION_INVALID" }));
});

describeOnEachDatabase("a sanction", (open) => {
  let ds: DataSource;
  let database: Database;
  beforeAll(async () => {
    database = await open();
    ds = database.ds;
  });
  const by = { name: "operator ann" };
  const ban = (target: Parameters<typeof giveSanction>[1]["target"], minutes?: number) =>
    giveSanction(ds, { kind: "ban", target, minutes, reason: "spam", by });
  const comes = (who: { accountId?: string; characterId?: string; address?: string }) =>
    codeOf(refuseBanned(ds, { address: here, ...who }, "mail@example.org"));

  test("keeps an account out with its reason, its end and the way to appeal, until it is over or lifted", async () => {
    const ann = await newGuest(ds);
    const { id } = await ban({ accountId: ann.accountId }, 60);
    const refusal = await refuseBanned(ds, { ...ann, address: here }, "mail@example.org").catch(
      (error) => error,
    );
    expect(refusal).toMatchObject({ code: "BANNED" });
    expect(refusal.message).toMatch(
      /^This account is banned until \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Reason: spam To appeal: mail@example\.org$/u,
    );
    expect(await comes(await newGuest(ds))).toBe("none");
    // The clock is moved, not waited for.
    await ds.query("UPDATE sanction SET ends_at = now() - interval '1 ms' WHERE id = $1", [id]);
    expect(await comes(ann)).toBe("none");
    expect(await codeOf(liftSanction(ds, id, { reason: "", by }))).toBe("SANCTION_UNKNOWN");
    const again = await ban({ accountId: ann.accountId });
    expect(await comes(ann)).toBe("BANNED");
    expect(await liftSanction(ds, again.id, { reason: "appealed", by })).toEqual({
      accountId: ann.accountId,
    });
    expect(await comes(ann)).toBe("none");
    const { accountId } = ann;
    expect(await listSanctions(ds, { accountId, limit: 10 })).toMatchObject([
      {
        id: again.id,
        live: false,
        endsAt: null,
        givenBy: "operator ann",
        liftedBy: "operator ann",
        liftReason: "appealed",
      },
      { id, live: false, reason: "spam", range: null },
    ]);
    expect(await listSanctions(ds, { accountId, live: true, limit: 10 })).toEqual([]);
    expect(await listSanctions(ds, { accountId, before: again.id, limit: 10 })).toMatchObject([{ id }]);
  });

  test("of a character keeps out that one alone", async () => {
    const ann = await newGuest(ds);
    await ban({ characterId: ann.characterId });
    expect(await comes(ann)).toBe("BANNED");
    expect(await comes({ accountId: ann.accountId, characterId: randomUUID() })).toBe("none");
    expect(await comes({ accountId: ann.accountId })).toBe("none");
  });

  test("of a range keeps out all who come from there, by a few look-ups of an index", async () => {
    await ban({ range: "198.51.100.7/24" }, 5);
    await ban({ range: "2001:db8:1::/48" });
    await ban({ range: "203.0.113.5" });
    const out = ["198.51.100.0", "198.51.100.255", "::ffff:198.51.100.3", "2001:db8:1:2::3", "203.0.113.5"];
    const inside = [
      "198.51.101.0",
      "198.51.99.255",
      "2001:db8:2::1",
      "203.0.113.6",
      "::1",
      "",
      "unknown",
      here,
    ];
    for (const address of out) expect(await comes({ address }), address).toBe("BANNED");
    for (const address of inside) expect(await comes({ address }), address).toBe("none");
    await ds.query(
      `INSERT INTO sanction (id, kind, network, reason)
       SELECT gen_random_uuid(), 'ban', set_masklen(('10.0.0.0'::inet + n * 256)::cidr, 24), 'many'
       FROM generate_series(1, 20000) AS n`,
    );
    await ds.query("ANALYZE sanction");
    expect(await comes({ address: "10.0.1.77" })).toBe("BANNED");
    expect(await comes({ address: "10.200.0.1" })).toBe("none");
    const plan = await ds.query<Record<string, unknown>[]>(
      `EXPLAIN SELECT 1 FROM sanction AS s WHERE s.network IS NOT NULL AND s.network = ANY(ARRAY(
         SELECT network(set_masklen('10.0.1.77'::inet, n)) FROM generate_series(8, 32) AS n))`,
    );
    expect(JSON.stringify(plan)).toContain("sanction_network_idx");
    expect(JSON.stringify(plan)).not.toContain("Seq Scan");
  });

  test("has an end and a target that fit its kind, and is given downwards", async () => {
    const ann = await newGuest(ds);
    const { accountId } = ann;
    const order = (more: object) =>
      codeOf(giveSanction(ds, { kind: "ban", target: { accountId }, reason: "x", by, ...more }));
    for (const minutes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])
      expect(await order({ minutes })).toBe("SANCTION_INVALID");
    for (const kind of ["warn", "kick"]) expect(await order({ kind, minutes: 5 })).toBe("SANCTION_INVALID");
    for (const kind of ["warn", "kick", "mute"])
      expect(await order({ kind, target: { range: "192.0.2.0/24" } })).toBe("SANCTION_INVALID");
    expect(await order({ target: { accountId: randomUUID() } })).toBe("ACCOUNT_UNKNOWN");
    expect(await order({ target: { characterId: randomUUID() } })).toBe("CHARACTER_MISSING");
    await ds.query("UPDATE account SET role = 'moderator' WHERE id = $1", [accountId]);
    expect(await order({ by: { ...by, role: "moderator" } })).toBe("ROLE_NEEDED");
    expect(await listSanctions(ds, { accountId, limit: 10 })).toEqual([]);
    expect(await order({ by: { ...by, role: "admin" } })).toBe("none");
  });

  test("that is over for long is deleted; what is in force stays", async () => {
    const { accountId } = await newGuest(ds);
    const ids: string[] = [];
    for (const kind of ["ban", "ban", "warn", "mute"] as const)
      ids.push((await giveSanction(ds, { kind, target: { accountId }, reason: "old", by })).id);
    await ds.query("UPDATE sanction SET given_at = now() - interval '800 days' WHERE account_id = $1", [
      accountId,
    ]);
    await ds.query("UPDATE sanction SET ends_at = now() - interval '740 days' WHERE id = $1", [ids[0]]);
    await ds.query("UPDATE sanction SET lifted_at = now() - interval '700 days' WHERE id = $1", [ids[3]]);
    await applyRetention(ds.manager, moderationRetention({ reportDays: 180 }));
    const left = (await listSanctions(ds, { accountId, limit: 10 })).map(({ id }) => id).sort();
    expect(left).toEqual([ids[1], ids[3]].sort());
  });

  test("and a note are by a moderator whose name is read as it is now", async () => {
    const [ann, mod] = [await newGuest(ds), await newGuest(ds)];
    await ds.query("UPDATE account SET name = 'Mod One', name_key = $2 WHERE id = $1", [
      mod.accountId,
      randomUUID(),
    ]);
    const writer = { accountId: mod.accountId, name: "ignored" };
    await writeNote(ds, ann.accountId, "knows the rules", writer);
    await giveSanction(ds, { kind: "warn", target: { accountId: ann.accountId }, reason: "x", by: writer });
    expect(await listNotes(ds, ann.accountId, 10)).toMatchObject([
      { by: "Mod One", text: "knows the rules" },
    ]);
    expect(await listSanctions(ds, { accountId: ann.accountId, limit: 1 })).toMatchObject([
      { givenBy: "Mod One" },
    ]);
    await ds.query("DELETE FROM account WHERE id = $1", [mod.accountId]);
    expect(await listNotes(ds, ann.accountId, 10)).toMatchObject([{ by: "" }]);
    expect(await codeOf(writeNote(ds, randomUUID(), "x", by))).toBe("ACCOUNT_UNKNOWN");
  });
});
