import { randomUUID } from "node:crypto";
import type { DataSource, EntityManager } from "typeorm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { friends } from "../../plugins/friends/index.ts";
import { settleBuckets } from "../../plugins/leaderboards/buckets.ts";
import { leaderboards } from "../../plugins/leaderboards/index.ts";
import { payPrize } from "../../plugins/leaderboards/prizes.ts";
import { archiveSeason } from "../../plugins/leaderboards/seasons.ts";
import { matchmaking } from "../../plugins/matchmaking/index.ts";
import { rateMatch } from "../../plugins/matchmaking/match/ratings.ts";
import { holdLease, takeLease } from "../../plugins/matchmaking/rows/lease.ts";
import { penalizeAccounts } from "../../plugins/matchmaking/rows/penalty-rows.ts";
import { announce, takeAnnouncements } from "../../plugins/notifications/announcements.ts";
import { notifications } from "../../plugins/notifications/index.ts";
import { keepDevice } from "../../plugins/notifications/push/devices.ts";
import { defineCollection, storage } from "../../plugins/storage/index.ts";
import { giveSanction } from "../../server/moderation/sanctions.ts";
import { openDatabase } from "../../server/storage/database.ts";
import { migrate } from "../../server/storage/migrate.ts";
import { newPostgresDatabase, testLog } from "../helpers/databases.ts";
import { BOARDS, newPlayer, openBoards } from "./leaderboards/boards-of.ts";
import { openMatches } from "./matchmaking/matchmaking-of.ts";
import { openPluginsOn } from "./plugin-host.ts";
import { whileHeld } from "./waiting.ts";

// Each of these is of two processes at once; what the first has locked, the second waits for.

let ds: DataSource;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  const postgres = await newPostgresDatabase();
  const database = await openDatabase({ url: postgres.url, dataDir: "", log: testLog });
  ({ ds } = database);
  closers.push(
    () => postgres.close(),
    () => database.close(),
  );
  await migrate(ds);
  for (const plugin of [friends, notifications, leaderboards, matchmaking, storage])
    for (const step of plugin.migrations ?? []) await step.up(ds);
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});
const transaction = <T>(work: (db: EntityManager) => Promise<T>) => ds.transaction(work);
async function accounts(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID()).sort();
  await ds.query("INSERT INTO account (id, kind) SELECT id, 'guest' FROM unnest($1::uuid[]) AS id", [ids]);
  return ids;
}
const lockAccount = (id: string, how: string) => (db: EntityManager) =>
  db.query(`SELECT 1 FROM account WHERE id = $1 FOR ${how}`, [id]);

describe("a leaderboard", () => {
  let boards: Awaited<ReturnType<typeof openBoards>>;
  beforeAll(async () => {
    boards = await openBoards(ds);
    closers.push(boards.close);
  });
  const lockBoard = (shared: string) => (db: EntityManager) =>
    db.query(`SELECT pg_advisory_xact_lock${shared}(hashtextextended('best', 11))`);
  const seasonOf = async (board: string) =>
    (await boards.api.list()).find((one) => one.board.name === board)?.season ?? 0;

  it("takes no score while its season ends or its buckets are cut", async () => {
    const ann = await newPlayer(ds);
    const { waited, result } = await whileHeld(ds, lockBoard(""), () => boards.api.submit(ann, "best", 5));
    expect([waited, result]).toEqual([true, { ok: true, changed: true, score: 5, season: 1 }]);
    // Two scores do not wait for each other.
    expect(await whileHeld(ds, lockBoard("_shared"), () => boards.api.submit(ann, "best", 6))).toMatchObject({
      waited: false,
    });
  });

  it("ends, begins, cuts and drops nothing while a score is written", async () => {
    const ann = await newPlayer(ds);
    await boards.api.submit(ann, "best", 5);
    const works = {
      cut: () => settleBuckets(ds, "best"),
      begin: async () => (await openBoards(ds)).close(),
      end: async () => boards.api.end("best", await seasonOf("best")),
    };
    for (const [name, work] of Object.entries(works))
      expect([name, (await whileHeld(ds, lockBoard("_shared"), work)).waited]).toEqual([name, true]);
    await boards.api.submit(ann, "best", 5);
    const remove = () => boards.api.remove("best", ann.accountId);
    expect(await whileHeld(ds, lockBoard(""), remove)).toEqual({ waited: true, result: true });
  });

  it("compares with the score that another room is writing, not with the one before it", async () => {
    const ann = await newPlayer(ds);
    await boards.api.submit(ann, "best", 5);
    const better = (db: EntityManager) =>
      db.query("UPDATE leaderboard_score SET key = -9 WHERE account_id = $1", [ann.accountId]);
    const { waited, result } = await whileHeld(ds, better, () => boards.api.submit(ann, "best", 4));
    expect([waited, result]).toMatchObject([true, { changed: false, score: 9 }]);
  });

  it("archives no season that another process is archiving", async () => {
    const cup = BOARDS.find(({ name }) => name === "cup");
    if (!cup) throw new Error("there is no such board");
    const ann = await newPlayer(ds);
    await boards.api.submit(ann, "cup", 5);
    await boards.api.end("cup", await seasonOf("cup"));
    const lock = (db: EntityManager) =>
      db.query("SELECT 1 FROM leaderboard_season WHERE board = 'cup' AND ended_at IS NOT NULL FOR UPDATE");
    const archive = () => archiveSeason(transaction, cup);
    expect(await whileHeld(ds, lock, archive)).toEqual({ waited: false, result: false });
    expect(await archive()).toBe(true);
    expect(await archive()).toBe(false);
  });

  describe("owes a prize, which", () => {
    const booked: unknown[] = [];
    /** Pays as a process does; `before` happens between the look and the transaction. */
    const pay = (before: () => Promise<unknown> = async () => {}) =>
      payPrize({
        db: ds,
        log: testLog,
        transaction: async (work) => {
          await before();
          return transaction((db) => work(db));
        },
        ledger: { book: async (_: unknown, booking: unknown) => void booked.push(booking) } as never,
      });
    /** A season of one player that has ended, with a prize owed. */
    async function owed() {
      await ds.query("UPDATE leaderboard_result SET settled_at = now() WHERE settled_at IS NULL");
      const ann = await newPlayer(ds);
      await boards.api.submit(ann, "cup", 5);
      const season = await seasonOf("cup");
      await boards.api.end("cup", season);
      const cup = BOARDS.find(({ name }) => name === "cup");
      await archiveSeason(transaction, cup as NonNullable<typeof cup>);
      booked.length = 0;
      return { ann, season };
    }

    it("one process pays: another one that looks meanwhile finds none", async () => {
      await owed();
      const lock = (db: EntityManager) =>
        db.query("SELECT 1 FROM leaderboard_result WHERE settled_at IS NULL FOR UPDATE");
      expect(await whileHeld(ds, lock, () => pay())).toEqual({ waited: false, result: undefined });
      expect([await pay(), booked.length]).toEqual(["paid", 1]);
      expect([await pay(), booked.length]).toEqual([undefined, 1]);
    });

    it("is not paid again by who has looked before the other one paid, or while it pays", async () => {
      await owed();
      expect(await pay(() => pay())).toBeUndefined();
      expect(booked).toHaveLength(1);
      await owed();
      const lock = (db: EntityManager) =>
        db.query("SELECT 1 FROM leaderboard_result WHERE settled_at IS NULL FOR UPDATE");
      let begin: () => void = () => {};
      const isHeld = new Promise<void>((held) => {
        begin = held;
      });
      // It has looked before the lock, and comes to its transaction within it.
      const late = pay(() => isHeld);
      const { waited, result } = await whileHeld(
        ds,
        async (db) => {
          await lock(db);
          begin();
        },
        () => late,
      );
      expect([waited, result, booked.length]).toEqual([false, undefined, 0]);
    });

    it("waits for the character whose account is being deleted", async () => {
      const { ann } = await owed();
      const lock = (db: EntityManager) =>
        db.query("SELECT 1 FROM character WHERE id = $1 FOR UPDATE", [ann.characterId]);
      expect(await whileHeld(ds, lock, () => pay())).toEqual({ waited: true, result: "paid" });
    });
  });
});

describe("the box of an account", () => {
  let notes: Awaited<ReturnType<typeof openPluginsOn>>;
  const api = () => notes.open.api(notifications);
  beforeAll(async () => {
    notes = await openPluginsOn(ds, { plugins: [notifications, friends] });
    closers.push(notes.close);
  });
  // As a block by the account locks it, and whatever else is sent to it.
  const lock = (id: string) => lockAccount(id, "NO KEY UPDATE");

  it("takes announcements while nothing else is put into it", async () => {
    const [ann = ""] = await accounts(1);
    await ds.query("UPDATE account SET created_at = now() - interval '1 day' WHERE id = $1", [ann]);
    await transaction((db) => announce(db, "hello", 3_600));
    const take = () => takeAnnouncements({ transaction: (work) => transaction((db) => work(db)) }, [ann]);
    const { waited, result } = await whileHeld(ds, lock(ann), take);
    expect([waited, result.length]).toEqual([true, 1]);
  });

  it("keeps devices one after the other, so that they are counted", async () => {
    const [ann = ""] = await accounts(1);
    const subscription = { endpoint: "https://push.example.org/a", keys: { p256dh: "p", auth: "a" } };
    const keep = () => transaction((db) => keepDevice(db, ann, subscription, 5));
    expect(await whileHeld(ds, lock(ann), keep)).toMatchObject({ waited: true });
  });

  it("passes over no announcement: a later one waits for an earlier one", async () => {
    const later = () => ds.transaction((db) => announce(db, "second", 60));
    const { waited } = await whileHeld(ds, (db) => announce(db, "first", 60), later);
    expect(waited).toBe(true);
  });

  it("is told of a sanction by one process, while another one tells it", async () => {
    const [ann = ""] = await accounts(1);
    await api().readSources();
    const by = { name: "operator" };
    await giveSanction(ds, { kind: "warn", target: { accountId: ann }, reason: "caps", by });
    const lockSources = (db: EntityManager) => db.query("SELECT 1 FROM notification_source FOR UPDATE");
    expect(await whileHeld(ds, lockSources, () => api().readSources())).toMatchObject({ waited: false });
    expect((await api().list(ann, { limit: 10 })).notifications.map(({ kind: of }) => of)).not.toContain(
      "notifications.sanction",
    );
    await api().readSources();
    expect((await api().list(ann, { limit: 10 })).notifications.map(({ kind: of }) => of)).toContain(
      "notifications.sanction",
    );
  });
});

describe("a match", () => {
  let matches: Awaited<ReturnType<typeof openMatches>>;
  beforeAll(async () => {
    matches = await openMatches(ds);
    closers.push(matches.close);
  });
  /** A match of two that was found, and is open if so asked. */
  async function duel(state: "ready" | "open") {
    const ids = await accounts(2);
    for (const id of ids) await matches.api.join(id, { queue: "duel" });
    await ds.query("UPDATE matchmaking_queue SET lease_until = '-infinity'");
    await matches.api.look();
    const match = (await matches.api.ticket(ids[0] ?? "")).match ?? "";
    if (state === "open")
      await ds.query(
        "UPDATE matchmaking_match SET state = 'open', room_id = $2, opened_at = now(), looked_at = now() WHERE id = $1",
        [match, match.slice(0, 6)],
      );
    return { match, ids: ids as [string, string] };
  }

  it("is rated by the ratings that another match is writing, not by those before it", async () => {
    const { match, ids } = await duel("open");
    const [ann, bob] = ids;
    await ds.query(
      "INSERT INTO matchmaking_rating (account_id, ladder, mu, sigma) SELECT id, 'duel', 25, 8 FROM unnest($1::uuid[]) AS id",
      [ids],
    );
    const rise = (db: EntityManager) =>
      db.query("UPDATE matchmaking_rating SET mu = 40, sigma = 2 WHERE account_id = $1", [ann]);
    const result = () =>
      matches.api.result(match, [
        { accounts: [ann], rank: 1 },
        { accounts: [bob], rank: 2 },
      ]);
    expect(await whileHeld(ds, rise, result)).toMatchObject({ waited: true });
    const [[won], [lost]] = rateMatch([
      { rank: 1, ratings: [{ mu: 40, sigma: 2 }] },
      { rank: 2, ratings: [{ mu: 25, sigma: 8 }] },
    ]) as [[object], [object]];
    expect(await matches.api.ratingOf(ann, "duel")).toMatchObject({ ...won });
    expect(await matches.api.ratingOf(bob, "duel")).toMatchObject({ ...lost });
  });

  it("is answered, and rated, one after the other", async () => {
    const { match, ids } = await duel("ready");
    const lock = (db: EntityManager) =>
      db.query("SELECT 1 FROM matchmaking_match WHERE id = $1 FOR NO KEY UPDATE", [match]);
    const answer = () => matches.api.answer(ids[0], match, true);
    expect(await whileHeld(ds, lock, answer)).toMatchObject({ waited: true });
  });

  it("is declined twice at once by one account: it counts twice", async () => {
    const [ann = ""] = await accounts(1);
    const rules = { firstS: 30, mostS: 600, forgetS: 3_600 };
    const decline = () => transaction((db) => penalizeAccounts(db, [ann], rules));
    await decline();
    const other = (db: EntityManager) =>
      db.query("UPDATE matchmaking_penalty SET declined = 5, at = clock_timestamp() WHERE account_id = $1", [
        ann,
      ]);
    expect(await whileHeld(ds, other, decline)).toMatchObject({ waited: true });
    const [row] = await ds.query("SELECT declined FROM matchmaking_penalty WHERE account_id = $1", [ann]);
    expect(row).toEqual({ declined: 6 });
  });

  it("is written under a lease that nobody else takes before it is", async () => {
    await ds.query(
      "UPDATE matchmaking_queue SET owner = 'one', lease_until = clock_timestamp() + interval '2 s' WHERE name = 'duel'",
    );
    // Until the lease has run out: it is another one's at once, unless it is held.
    const take = async () => {
      for (;;) {
        const taken = await takeLease(ds, "duel", "two");
        if (taken) return taken;
      }
    };
    const hold = async (db: EntityManager) => expect(await holdLease(db, "duel", "one")).toBe(true);
    const { waited, result } = await whileHeld(ds, hold, take);
    expect([waited, result]).toEqual([true, { closed: false }]);
  });
});

it("two accounts change what they are to each other one after the other", async () => {
  const host = await openPluginsOn(ds, { plugins: [friends] });
  closers.push(host.close);
  const [ann = "", bob = ""] = await accounts(2);
  for (const one of [ann, bob])
    expect(
      await whileHeld(ds, lockAccount(one, "NO KEY UPDATE"), () => host.open.api(friends).request(ann, bob)),
    ).toMatchObject({ waited: true });
});

it("a stored value is written by nobody whose account is being deleted, and keys of an owner are counted", async () => {
  const bags = defineCollection("bags", {
    value: z.unknown(),
    owner: "player",
    read: "owner",
    write: "owner",
  });
  const host = await openPluginsOn(ds, { plugins: [storage.with({ collections: [bags] })] });
  closers.push(host.close);
  const store = host.open.api(storage);
  const [owner = ""] = await accounts(1);
  await store.put(bags, { owner, key: "a" }, 1);
  const overwrite = () => store.transaction((all) => all.put(bags, { owner, key: "a" }, 2));
  expect(await whileHeld(ds, lockAccount(owner, "UPDATE"), overwrite)).toMatchObject({ waited: true });
  const lockKeys = (db: EntityManager) =>
    db.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 16))", [`bags/${owner}`]);
  const grow = () => store.put(bags, { owner, key: "b" }, 1);
  expect(await whileHeld(ds, lockKeys, grow)).toMatchObject({ waited: true });
});
