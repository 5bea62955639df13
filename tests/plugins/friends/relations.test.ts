import { randomUUID } from "node:crypto";
import type { AnyPlugin, PluginServices } from "roomkeep/server";
import type { DataSource } from "typeorm";
import { beforeAll, expect, it } from "vitest";
import { friends } from "../../../plugins/friends/index.ts";
import { friendTables } from "../../../plugins/friends/migration.ts";
import { readRelated } from "../../../plugins/friends/reading.ts";
import { dropOldRequests, openRelations, type Relations } from "../../../plugins/friends/relations.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { exportAccount } from "../../../server/accounts/privacy/account-export.ts";
import { rowsOf } from "../../../server/plugins/index.ts";
import { IN_MEMORY, openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

const LIMITS = { friendsMax: 200, requestsMax: 50, blocksMax: 500 };

describeOnEachDatabase("what two accounts are to each other", (open) => {
  let ds: DataSource;
  let relations: Relations;
  const withLimits = (limits: Partial<typeof LIMITS>) =>
    openRelations(
      { transaction: ((work) => ds.transaction((db) => work(db))) as PluginServices["transaction"] },
      { ...LIMITS, ...limits },
    );
  beforeAll(async () => {
    ({ ds } = await open());
    await friendTables.up(ds);
    relations = withLimits({});
  });

  async function accounts(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    await ds.query("INSERT INTO account (id, kind) SELECT id, 'guest' FROM unnest($1::uuid[]) AS id", [ids]);
    return ids;
  }
  const pair = async () => (await accounts(2)) as [string, string];
  /** What each of both sees of the other. */
  const seen = async (a: string, b: string) => {
    const of = async (me: string, other: string) =>
      (await readRelated(ds, me)).find(({ account }) => account === other)?.list ?? "none";
    return [await of(a, b), await of(b, a)];
  };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: { code?: string }) => error.code,
    );

  it("is asked, accepted, refused, withdrawn and ended, and both see it", async () => {
    const [ann, bob] = await pair();
    expect(await relations.request(ann, bob)).toEqual({ state: "sent", isNews: true });
    expect(await relations.request(ann, bob)).toEqual({ state: "sent", isNews: false });
    expect(await seen(ann, bob)).toEqual(["sent", "received"]);
    expect(await codeOf(relations.accept(ann, bob))).toBe("FRIEND_UNKNOWN");
    await relations.accept(bob, ann);
    expect(await seen(ann, bob)).toEqual(["friends", "friends"]);
    expect(await codeOf(relations.drop(ann, bob))).toBe("FRIEND_UNKNOWN");
    await relations.remove(bob, ann);
    expect(await seen(ann, bob)).toEqual(["none", "none"]);
    expect(await codeOf(relations.remove(bob, ann))).toBe("FRIEND_UNKNOWN");
    await relations.request(ann, bob);
    await relations.drop(bob, ann);
    await relations.request(bob, ann);
    await relations.drop(bob, ann);
    expect(await codeOf(relations.accept(ann, bob))).toBe("FRIEND_UNKNOWN");
    expect(await ds.query("SELECT 1 FROM friend_relation WHERE low_id = $1 OR high_id = $1", [ann])).toEqual(
      [],
    );
  });

  it("becomes a friendship of two who ask at once, whoever is first", async () => {
    for (let round = 0; round < 15; round++) {
      const [ann, bob] = await pair();
      const states = await Promise.all([relations.request(ann, bob), relations.request(bob, ann)]);
      expect(states.map(({ state }) => state).sort()).toEqual(["friends", "sent"]);
      expect(await seen(ann, bob)).toEqual(["friends", "friends"]);
    }
  });

  it("is one thing though both do different things at once", async () => {
    for (let round = 0; round < 10; round++) {
      const [ann, bob] = await pair();
      await relations.request(ann, bob);
      // Either the request was withdrawn, or both are friends.
      await Promise.all([codeOf(relations.drop(ann, bob)), codeOf(relations.accept(bob, ann))]);
      const [a, b] = await seen(ann, bob);
      expect(a).toBe(b);
      const other = round % 2 ? relations.request(bob, ann) : relations.accept(ann, bob);
      await Promise.all([codeOf(relations.block(ann, bob)), codeOf(other)]);
      expect(await seen(ann, bob)).toEqual([
        "blocked",
        round % 2 ? expect.stringMatching("none|sent") : "none",
      ]);
    }
  });

  it("looks to who is blocked as if nothing had happened", async () => {
    const [ann, bob] = await pair();
    await relations.request(ann, bob);
    await relations.accept(bob, ann);
    expect(await relations.block(bob, ann)).toEqual({ state: "none", isNews: true });
    expect(await seen(ann, bob)).toEqual(["none", "blocked"]);
    expect(await relations.request(ann, bob)).toEqual({ state: "sent", isNews: false });
    expect(await seen(ann, bob)).toEqual(["sent", "blocked"]);
    expect(await codeOf(relations.accept(bob, ann))).toBe("FRIEND_UNKNOWN");
    expect(await codeOf(relations.request(bob, ann))).toBe("FRIEND_BLOCKED");
    // Both may block each other, and each lifts its own.
    await relations.drop(ann, bob);
    await relations.block(ann, bob);
    expect(await seen(ann, bob)).toEqual(["blocked", "blocked"]);
    await relations.unblock(ann, bob);
    expect(await seen(ann, bob)).toEqual(["none", "blocked"]);
    await relations.unblock(bob, ann);
    await relations.request(ann, bob);
    await relations.request(bob, ann);
    expect(await seen(ann, bob)).toEqual(["friends", "friends"]);
  });

  it("is refused to oneself, and to who was deleted, leaves or never was", async () => {
    const [ann, bob] = await pair();
    expect(await codeOf(relations.request(ann, ann))).toBe("FRIEND_SELF");
    expect(await codeOf(relations.block(ann, ann))).toBe("FRIEND_SELF");
    expect(await codeOf(relations.request(ann, randomUUID()))).toBe("ACCOUNT_UNKNOWN");
    await ds.query(
      "INSERT INTO account_deletion (account_id, delete_at, by_player, reason) VALUES ($1, now() + interval '1 day', true, '')",
      [bob],
    );
    expect(await codeOf(relations.request(ann, bob))).toBe("ACCOUNT_UNKNOWN");
    await deleteAccount(ds, bob);
    expect(await codeOf(relations.request(ann, bob))).toBe("ACCOUNT_UNKNOWN");
    expect(await codeOf(relations.block(ann, bob))).toBe("ACCOUNT_UNKNOWN");
  });

  it("has limits that hold although all ask at once", async () => {
    const few = withLimits({ friendsMax: 2, requestsMax: 3, blocksMax: 2 });
    const [ann = "", ...others] = await accounts(7);
    const asked = await Promise.all(others.map((other) => codeOf(few.request(ann, other))));
    expect(asked.filter((code) => code === "done")).toHaveLength(3);
    expect(asked.filter((code) => code === "REQUESTS_FULL")).toHaveLength(3);
    const sent = others.filter((_, n) => asked[n] === "done");
    const accepted = await Promise.all(sent.map((other) => codeOf(few.accept(other, ann))));
    expect(accepted.filter((code) => code === "done")).toHaveLength(2);
    expect(accepted.filter((code) => code === "FRIENDS_FULL")).toHaveLength(1);
    const [bob = "", ...rest] = await accounts(5);
    const blocked = await Promise.all(rest.map((other) => codeOf(few.block(bob, other))));
    expect(blocked.filter((code) => code === "BLOCKS_FULL")).toHaveLength(2);
  });

  it("is in the export of each as each may know it, and goes with the account", async () => {
    const [ann = "", bob = "", eve = ""] = await accounts(3);
    await relations.request(ann, bob);
    await relations.accept(bob, ann);
    await relations.block(ann, eve);
    await relations.request(eve, bob);
    await relations.block(bob, eve);
    await relations.request(eve, bob);
    const rows = async (id: string) => (await exportAccount(ds, id)).more.friend_relation ?? [];
    const row = (other: string, state: string, asked: boolean | null, blocked: boolean) =>
      expect.objectContaining({ other_id: other, state, asked, blocked });
    expect(await rows(ann)).toHaveLength(2);
    expect(await rows(ann)).toEqual(
      expect.arrayContaining([row(bob, "friends", null, false), row(eve, "none", null, true)]),
    );
    // Whom both have blocked sees nothing of it, however the ids are ordered.
    expect(await rows(eve)).toEqual([row(bob, "asked", true, false)]);
    expect(JSON.stringify(await exportAccount(ds, eve))).not.toContain(ann);
    await deleteAccount(ds, ann);
    expect(await seen(bob, ann)).toEqual(["none", "none"]);
    expect(await ds.query("SELECT 1 FROM friend_relation WHERE low_id = $1 OR high_id = $1", [ann])).toEqual(
      [],
    );
  });

  it("ends an old request, and leaves blocks and friends", async () => {
    const [ann = "", bob = "", eve = "", kim = ""] = await accounts(4);
    await relations.request(ann, bob);
    await relations.block(eve, ann);
    await relations.request(ann, eve);
    await relations.request(ann, kim);
    await relations.accept(kim, ann);
    await ds.query("UPDATE friend_relation SET since = now() - interval '61 days'");
    await dropOldRequests(ds, 60);
    expect(await seen(ann, bob)).toEqual(["none", "none"]);
    expect(await seen(ann, eve)).toEqual(["none", "blocked"]);
    expect(await seen(ann, kim)).toEqual(["friends", "friends"]);
  });
});

it("has rows as its migration makes them, which goes down and up", async () => {
  const database = await openDatabase({
    dataDir: IN_MEMORY,
    log: testLog,
    more: rowsOf([friends as AnyPlugin]),
  });
  const { ds } = database;
  const pending = async () => (await ds.driver.createSchemaBuilder().log()).upQueries;
  await migrate(ds);
  expect(await pending()).toEqual([]);
  await ds.undoLastMigration();
  expect(
    await ds.query("SELECT to_regclass('friend_relation') AS t, to_regclass('friend_code') AS c"),
  ).toEqual([{ t: null, c: null }]);
  await migrate(ds);
  expect(await pending()).toEqual([]);
  await database.close();
});
