import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { BOARDS, migrateBoards, newPlayer, openBoards } from "./boards-of.ts";

type Opened = Awaited<ReturnType<typeof openBoards>>;

describeOnEachDatabase("leaderboards", (open) => {
  let ds: DataSource;
  let first: Opened;
  let second: Opened;
  beforeAll(async () => {
    ({ ds } = await open());
    await migrateBoards(ds);
    [first, second] = [await openBoards(ds), await openBoards(ds)];
  });
  afterAll(async () => {
    await first.close();
    await second.close();
  });
  const boards = () => first.api;

  /** Ranks by counting all who are better, without buckets. */
  const countedRanks = (board: string) =>
    ds.query(
      `SELECT s.account_id, (row_number() OVER (ORDER BY s.key, s.seq))::int AS rank FROM leaderboard_score s
       JOIN leaderboard_season e ON e.id = s.season_id WHERE e.board = $1 AND e.ended_at IS NULL`,
      [board],
    ) as Promise<{ account_id: string; rank: number }[]>;
  const bucketsOf = (board: string) =>
    ds.query(
      `SELECT b.n FROM leaderboard_bucket b JOIN leaderboard_season e ON e.id = b.season_id
       WHERE e.board = $1 AND e.ended_at IS NULL ORDER BY b.key, b.seq`,
      [board],
    ) as Promise<{ n: number }[]>;

  it("show an account among its friends, by ranks of the whole board, the best hundred of them", async () => {
    const { api, friends: people, close } = await openBoards(ds, BOARDS, { withFriends: true });
    const [ann, bob, eve, dan] = [
      await newPlayer(ds, "Ann"),
      await newPlayer(ds, "Bob"),
      await newPlayer(ds, "Eve"),
      await newPlayer(ds, "Dan"),
    ];
    for (const friend of [bob, dan]) {
      await people.request(ann.accountId, friend.accountId);
      await people.accept(friend.accountId, ann.accountId);
    }
    for (const [player, score] of [
      [ann, 10],
      [eve, 20],
      [bob, 30],
    ] as const)
      await api.submit(player, "friendly", score);
    const places = async ({ accountId }: typeof ann) =>
      (await api.friends("friendly", accountId))?.places.map(({ rank, name, score }) => [rank, name, score]);
    expect(await places(ann)).toEqual([
      [1, "Bob", 30],
      [3, "Ann", 10],
    ]);
    expect(await places(eve)).toEqual([[2, "Eve", 20]]);
    expect(await places(dan)).toEqual([[3, "Ann", 10]]);
    // They are friends no more.
    await people.remove(ann.accountId, bob.accountId);
    expect(await places(ann)).toEqual([[3, "Ann", 10]]);
    await expect(api.friends("jumps", ann.accountId)).rejects.toMatchObject({ code: "BOARD_UNKNOWN" });

    const many = await ds.query<{ id: string }[]>(
      "INSERT INTO account (id, kind) SELECT gen_random_uuid(), 'guest' FROM generate_series(1, 102) RETURNING id",
    );
    await ds.query(
      `INSERT INTO friend_relation (low_id, high_id, state, low_blocks, high_blocks)
       SELECT LEAST(id, $1::uuid), GREATEST(id, $1::uuid), 'friends', false, false FROM unnest($2::uuid[]) AS id`,
      [ann.accountId, many.map(({ id }) => id)],
    );
    for (const { id } of many)
      await api.submit({ claim: { sheet: { id, accountId: id } } } as never, "friendly", 100);
    expect(await places(ann)).toHaveLength(100);
    expect(boards().hasFriends).toBe(false);
    expect(await boards().friends("best", ann.accountId)).toBe(undefined);
    await close();
  });

  it("keep the best, the last, the sum or the count, in either order", async () => {
    const ann = await newPlayer(ds);
    const submitted: Record<string, unknown[]> = {};
    for (const board of ["best", "low", "last", "sum", "count"])
      for (const score of [5, 9, 7]) {
        const answer = await boards().submit(ann, board, score);
        submitted[board] = [...(submitted[board] ?? []), answer.ok && [answer.score, answer.changed]];
      }
    expect(submitted).toEqual({
      best: [
        [5, true],
        [9, true],
        [9, false],
      ],
      low: [
        [5, true],
        [5, false],
        [5, false],
      ],
      last: [
        [5, true],
        [9, true],
        [7, true],
      ],
      sum: [
        [5, true],
        [14, true],
        [21, true],
      ],
      count: [
        [1, true],
        [2, true],
        [3, true],
      ],
    });
    const { places } = await boards().top("low");
    expect(places).toEqual([
      { rank: 1, accountId: ann.accountId, characterId: ann.characterId, name: "Ann", score: 5 },
    ]);
  });

  it.each([
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["2^53 + 1", 2 ** 53 + 1],
    ["-2^53", -(2 ** 53)],
    ["1e300", 1e300],
    ["a text", "7" as unknown as number],
  ])("refuse a score of %s, and nothing is changed", async (_, score) => {
    const ann = await newPlayer(ds);
    expect(await boards().submit(ann, "best", score)).toMatchObject({ ok: false, code: "SCORE_INVALID" });
    expect((await boards().around("best", ann.accountId)).places).toEqual([]);
  });

  it("take the greatest number and fractions exactly, and refuse a sum beyond it", async () => {
    const [ann, bob] = [await newPlayer(ds), await newPlayer(ds)];
    expect(await boards().submit(ann, "sum", Number.MAX_SAFE_INTEGER)).toMatchObject({ score: 2 ** 53 - 1 });
    expect(await boards().submit(ann, "sum", 1)).toMatchObject({ code: "SCORE_INVALID" });
    expect((await boards().places("sum", [ann.accountId])).places).toMatchObject([{ score: 2 ** 53 - 1 }]);
    await boards().submit(bob, "last", 0.1 + 0.2);
    expect((await boards().places("last", [bob.accountId])).places).toMatchObject([{ score: 0.1 + 0.2 }]);
    const zero = await boards().submit(bob, "last", -0);
    expect(zero.ok && Object.is(zero.score, 0)).toBe(true);
  });

  it("know no other board", async () => {
    const ann = await newPlayer(ds);
    expect(await boards().submit(ann, "laps", 1)).toMatchObject({ ok: false, code: "BOARD_UNKNOWN" });
    await expect(boards().top("laps")).rejects.toMatchObject({ code: "BOARD_UNKNOWN" });
    await expect(boards().results("best", 1)).rejects.toMatchObject({ code: "BOARD_UNKNOWN" });
    await expect(boards().top("best", { after: "1_1; DROP" })).rejects.toMatchObject({
      code: "MESSAGE_INVALID",
    });
    const many = Array.from({ length: 101 }, () => randomUUID());
    await expect(boards().places("best", many)).rejects.toMatchObject({ code: "MESSAGE_INVALID" });
  });

  it("put the earlier of two equal scores first, and who comes back to one behind", async () => {
    const [ann, bob, cid] = [await newPlayer(ds), await newPlayer(ds), await newPlayer(ds)];
    for (const one of [ann, bob, cid]) await boards().submit(one, "last", 500);
    await boards().submit(ann, "last", 500); // the same again changes nothing
    await boards().submit(bob, "last", 501);
    await boards().submit(bob, "last", 500);
    const { places } = await boards().places("last", [bob.accountId, cid.accountId, ann.accountId]);
    expect(places.map(({ accountId }) => accountId)).toEqual(
      [ann, cid, bob].map(({ accountId }) => accountId),
    );
    expect(places.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  });

  it("give one account one place, though its first scores come by two rooms at once", async () => {
    const ann = await newPlayer(ds);
    const opened = [first, second];
    await Promise.all(Array.from({ length: 20 }, (_, n) => opened[n % 2]?.api.submit(ann, "sum", 1)));
    expect((await boards().places("sum", [ann.accountId])).places).toMatchObject([{ score: 20 }]);
    const [{ n = 0 } = {}] = await ds.query(
      "SELECT count(*)::int AS n FROM leaderboard_score s JOIN leaderboard_season e ON e.id = s.season_id WHERE e.board = 'sum'",
    );
    expect((await bucketsOf("sum")).reduce((sum, bucket) => sum + bucket.n, 0)).toBe(n);
  });

  it("rank exactly while thousands move, buckets are cut and joined, and accounts leave", async () => {
    await ds.query(
      `WITH made AS (
         INSERT INTO account (id, kind, recovery_hash)
         SELECT gen_random_uuid(), 'guest', 'bulk-' || n FROM generate_series(1, 3000) AS n RETURNING id
       ), placed AS (
         INSERT INTO leaderboard_score (season_id, account_id, character_id, key)
         SELECT e.id, made.id, made.id, -floor(random() * 300) FROM made
         JOIN leaderboard_season e ON e.board = 'best' AND e.ended_at IS NULL RETURNING season_id
       ) UPDATE leaderboard_bucket b SET n = b.n + 3000
         FROM (SELECT DISTINCT season_id FROM placed) AS p WHERE b.season_id = p.season_id`,
    );
    const accounts = (await countedRanks("best")).map(({ account_id }) => account_id);
    const movers = accounts.filter((_, n) => n % 20 === 0);
    const work = movers.map(async (accountId, n) => {
      const player = { claim: { sheet: { id: accountId, accountId } } as never };
      if (n % 5 === 0) await boards().remove("best", accountId);
      else await (n % 2 ? first : second).api.submit(player, "best", 200 + n);
    });
    await Promise.all(work);
    // The crowded bucket was seen by a submit and cut meanwhile, or is now.
    await ds.query("SELECT leaderboard_settle('best', 512)");
    const sizes = (await bucketsOf("best")).map(({ n }) => n);
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024);
    const counted = await countedRanks("best");
    expect(sizes.reduce((sum, n) => sum + n, 0)).toBe(counted.length);
    for (let n = 0; n < counted.length; n += 97) {
      const { account_id, rank } = counted[n] as (typeof counted)[number];
      const { places } = await boards().around("best", account_id, 2);
      const own = places.findIndex(({ accountId }) => accountId === account_id);
      expect(places[own]?.rank).toBe(rank);
      expect(places.map((place) => place.rank)).toEqual(
        [-2, -1, 0, 1, 2].map((step) => rank + step).filter((near) => near >= 1 && near <= counted.length),
      );
    }
    // An account that leaves takes its score and its count along, with all other boards' of it.
    const [leaver] = counted.slice(40);
    await deleteAccount(ds, leaver?.account_id ?? "");
    const left = (await bucketsOf("best")).reduce((sum, { n }) => sum + n, 0);
    expect(left).toBe(counted.length - 1);
    const after = counted[60];
    const [place] = (await boards().places("best", [after?.account_id ?? ""])).places;
    expect(place?.rank).toBe((after?.rank ?? 0) - 1);
    // Few are left: their buckets are joined again.
    await ds.query("DELETE FROM account WHERE recovery_hash LIKE 'bulk-%' AND recovery_hash NOT LIKE '%7'");
    await ds.query("SELECT leaderboard_settle('best', 512)");
    expect((await bucketsOf("best")).length).toBeLessThan(sizes.length);
    const few = await countedRanks("best");
    const [last] = (await boards().places("best", [few.at(-1)?.account_id ?? ""])).places;
    expect(last?.rank).toBe(few.length);
  });

  it("have pages that follow each other without a gap or a repetition", async () => {
    const all = (await countedRanks("best")).map(({ account_id }) => account_id);
    const seen: string[] = [];
    const ranks: number[] = [];
    let after: string | undefined;
    do {
      const page = await boards().top("best", { after, limit: 100 });
      seen.push(...page.places.map(({ accountId }) => accountId));
      ranks.push(...page.places.map(({ rank }) => rank));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(all);
    expect(ranks).toEqual(all.map((_, n) => n + 1));
  });

  it("end a season once, though two processes end it, and late scores count for the next", async () => {
    const players = [];
    for (const [n, name] of ["Ann", "Bob", "Cid", "Dan"].entries()) {
      const player = await newPlayer(ds, name);
      await boards().submit(player, "cup", 100 - n);
      players.push(player);
    }
    const [ann, bob, cid, dan] = players as [Player, Player, Player, Player];
    const lasting = (await boards().list()).find(({ board }) => board.name === "cup");
    expect(lasting?.endsAt).toMatch(/T00:00:00.000Z$/);
    expect(new Date(lasting?.endsAt ?? 0).getUTCDay()).toBe(1);
    await ds.query(
      "UPDATE leaderboard_season SET ends_at = now() - interval '1 second' WHERE board = 'cup' AND ended_at IS NULL",
    );
    // Nobody has ended it yet: the late score does, and counts for the next season.
    expect(await boards().submit(dan, "cup", 1_000)).toMatchObject({ season: 2, score: 1_000 });
    await Promise.all([first, second, first, second].map(({ api }) => api.round()));
    expect(await boards().end("cup", 1)).toBe(false);
    const numbers = await ds.query("SELECT number FROM leaderboard_season WHERE board = 'cup' ORDER BY 1");
    expect(numbers).toEqual([{ number: 1 }, { number: 2 }]);
    await first.api.round();

    const results = await boards().results("cup", 1);
    expect(results.map(({ rank, name, score }) => [rank, name, score])).toEqual([
      [1, "Ann", 100],
      [2, "Bob", 99],
      [3, "Cid", 98],
      [4, "Dan", 97],
    ]);
    expect(results.map(({ isPaid }) => isPaid)).toEqual([true, true, true, false]);
    const coins = async ({ characterId }: Player) =>
      Number((await ds.query("SELECT coins FROM character WHERE id = $1", [characterId]))[0].coins);
    expect([await coins(ann), await coins(bob), await coins(cid), await coins(dan)]).toEqual([
      110, 10, 10, 0,
    ]);
    const mail = "SELECT template, qty FROM item WHERE container = $1";
    expect(await ds.query(mail, [`mail:${ann.characterId}`])).toEqual([{ template: "cup", qty: 1 }]);
    expect(await verifyLedger(ds)).toEqual([]);
    const reasons = await ds.query("SELECT DISTINCT reason FROM ledger ORDER BY 1");
    expect(reasons.map(({ reason }: { reason: string }) => reason)).toContain(
      "leaderboards: cup, season 1, rank 2",
    );
    // The others' scores of the ended season are gone, and those of the open one stand.
    const scores = await ds.query(
      "SELECT e.number FROM leaderboard_score s JOIN leaderboard_season e ON e.id = s.season_id WHERE e.board = 'cup'",
    );
    expect(scores).toEqual([{ number: 2 }]);
  });
  type Player = Awaited<ReturnType<typeof newPlayer>>;

  it("finish what a process left that died after it had ended a season, or between two prizes", async () => {
    const [ann, bob] = [await newPlayer(ds, "Ann"), await newPlayer(ds, "Bob")];
    const { season } = await boards().top("cup");
    await boards().submit(ann, "cup", 5_000);
    await boards().submit(bob, "cup", 4_000);
    expect(await boards().end("cup", season)).toBe(true); // and it dies here
    await second.api.round();
    // As if it had died before the mark of the second rank: the booking is undone with it.
    const paid = await boards().results("cup", season);
    expect(paid.slice(0, 2).map(({ name, isPaid }) => [name, isPaid])).toEqual([
      ["Ann", true],
      ["Bob", true],
    ]);
    await ds.query("UPDATE leaderboard_result SET settled_at = NULL, outcome = NULL");
    await Promise.all([first.api.round(), second.api.round()]);
    await first.api.round();
    // The ledger knows the requests: nothing is booked a second time.
    const [{ coins } = { coins: "" }] = await ds.query("SELECT coins FROM character WHERE id = $1", [
      ann.characterId,
    ]);
    expect(Number(coins)).toBe(110);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("owe a prize that does not fit, without holding up the others, until it does", async () => {
    const [ann, bob] = [await newPlayer(ds, "Ann"), await newPlayer(ds, "Bob")];
    const { season } = await boards().top("cup");
    await boards().submit(ann, "cup", 5_000);
    await boards().submit(bob, "cup", 4_000);
    const most = Number.MAX_SAFE_INTEGER;
    await ds.query("UPDATE character SET coins = $2 WHERE id = $1", [ann.characterId, most]);
    await boards().end("cup", season);
    await boards().round();
    const look = async () => (await boards().results("cup", season)).map(({ isPaid }) => isPaid).slice(0, 2);
    expect(await look()).toEqual([false, true]);
    const [{ refused } = { refused: "" }] = await ds.query(
      "SELECT refused FROM leaderboard_result WHERE character_id = $1",
      [ann.characterId],
    );
    expect(refused).toBe("NO_SPACE");
    await applyRetention(ds, [...first.retention]);
    await ds.query("UPDATE character SET coins = 0 WHERE id = $1", [ann.characterId]);
    await ds.query("UPDATE leaderboard_result SET tried_at = now() - interval '2 minutes'");
    await boards().round();
    expect(await look()).toEqual([true, true]);
  });

  it("keep the ranks of an account that left, without the person; its prize lapses", async () => {
    const [ann, bob] = [await newPlayer(ds, "Ann"), await newPlayer(ds, "Bob")];
    const { season } = await boards().top("cup");
    await boards().submit(ann, "cup", 5_000);
    await boards().submit(bob, "cup", 4_000);
    await boards().end("cup", season);
    await ds.query("UPDATE character SET coins = $2 WHERE id = $1", [
      ann.characterId,
      Number.MAX_SAFE_INTEGER,
    ]);
    await boards().round();
    await deleteAccount(ds, ann.accountId);
    await ds.query("UPDATE leaderboard_result SET tried_at = NULL");
    await boards().round();
    const [gone, next] = await boards().results("cup", season);
    expect(gone).toMatchObject({ rank: 1, score: 5_000, accountId: null, name: null, isPaid: false });
    expect(next).toMatchObject({ rank: 2, accountId: bob.accountId, name: "Bob", isPaid: true });
    const row = "SELECT outcome, character_id FROM leaderboard_result WHERE account_id IS NULL";
    expect(await ds.query(row)).toEqual([{ outcome: "lapsed", character_id: null }]);
  });

  it("forget archives that are old enough, but none that owes a prize", async () => {
    const { season } = await boards().top("cup");
    const ended = season - 1;
    const count = async () =>
      (await ds.query("SELECT 1 FROM leaderboard_season WHERE board = 'cup' AND ended_at IS NOT NULL"))
        .length;
    await ds.query(
      "UPDATE leaderboard_season SET ended_at = now() - interval '364 days' WHERE ended_at IS NOT NULL",
    );
    await applyRetention(ds, [...first.retention]);
    expect(await count()).toBe(ended);
    await ds.query(
      "UPDATE leaderboard_season SET ended_at = now() - interval '366 days' WHERE ended_at IS NOT NULL",
    );
    await ds.query(
      `UPDATE leaderboard_result SET settled_at = NULL WHERE rank = 1 AND season_id =
         (SELECT id FROM leaderboard_season WHERE board = 'cup' AND number = $1)`,
      [ended],
    );
    await applyRetention(ds, [...first.retention]);
    expect(await count()).toBe(1);
    expect((await boards().results("cup", ended)).length).toBeGreaterThan(0);
  });

  it("take over a calendar that was changed, and refuse one that never comes", async () => {
    const { defineBoard } = await import("../../../plugins/leaderboards/index.ts");
    const other = await openBoards(ds, [defineBoard("cup", { season: "30 6 1 1 *" }), defineBoard("new")]);
    const [cup, fresh] = await other.api.list();
    expect(cup?.endsAt).toMatch(/-01-01T06:30:00.000Z$/);
    expect(fresh).toMatchObject({ season: 1, endsAt: null, players: 0, ended: [] });
    await other.close();
    const never = { ...defineBoard("never"), season: "0 0 30 2 *" };
    await expect(openBoards(ds, [never])).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("count what they did", async () => {
    const text = await first.registry.metrics();
    expect(text).toMatch(/roomkeep_leaderboards_submits_total\{board="best",outcome="refused"\} 7/);
    expect(text).toMatch(/roomkeep_leaderboards_submits_total\{board="",outcome="refused"\} 1/);
    expect(text).toMatch(/roomkeep_leaderboards_seasons_ended_total\{board="cup"\} \d/);
    expect(text).toMatch(/roomkeep_leaderboards_prizes_total\{outcome="lapsed"\} 1/);
  });

  it("leave the database as it was when they are taken down", async () => {
    const [{ n = 0 } = {}] = await ds.query("SELECT count(*)::int AS n FROM leaderboard_season");
    expect(n).toBeGreaterThan(0);
    const { leaderboards } = await import("../../../plugins/leaderboards/index.ts");
    for (const step of leaderboards.migrations ?? []) await step.down(ds);
    const left = await ds.query("SELECT relname AS name FROM pg_class WHERE relname LIKE 'leaderboard%'");
    expect(left).toEqual([]);
    const functions = await ds.query("SELECT proname FROM pg_proc WHERE proname LIKE 'leaderboard%'");
    expect(functions).toEqual([]);
  });
});
