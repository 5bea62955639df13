import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Matchmaking } from "../../../plugins/matchmaking/index.ts";
import { type Rating, rateMatch } from "../../../plugins/matchmaking/match/ratings.ts";
import { forgetMatches } from "../../../plugins/matchmaking/rows/retention.ts";
import { exportAccount } from "../../../server/accounts/privacy/account-export.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { migrateMatches, openMatches } from "./matchmaking-of.ts";

describeOnEachDatabase("results of matches", (open) => {
  let ds: DataSource;
  let one: Awaited<ReturnType<typeof openMatches>>;
  let two: Awaited<ReturnType<typeof openMatches>>;
  let api: Matchmaking;
  beforeAll(async () => {
    ({ ds } = await open());
    await migrateMatches(ds);
    [one, two] = [await openMatches(ds), await openMatches(ds)];
    api = one.api;
  });
  afterAll(async () => {
    await one.close();
    await two.close();
  });

  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: { code?: string }) => error.code ?? String(error),
    );
  /** Four in the running match of two teams, and one who is not in it. */
  async function running(): Promise<{ match: string; ids: string[]; stranger: string }> {
    const ids = Array.from({ length: 5 }, () => randomUUID());
    await ds.query("INSERT INTO account (id, kind) SELECT id, 'guest' FROM unnest($1::uuid[]) AS id", [ids]);
    const stranger = ids.pop() ?? "";
    for (const id of ids) await api.join(id, { queue: "other" });
    await ds.query("UPDATE matchmaking_queue SET lease_until = '-infinity'");
    await api.look();
    const match = (await api.ticket(ids[0] ?? "")).match ?? "";
    await ds.query(
      "UPDATE matchmaking_match SET state = 'open', room_id = $2, opened_at = now(), looked_at = now() WHERE id = $1",
      [match, match.slice(0, 6)],
    );
    return { match, ids, stranger };
  }
  const ratings = () =>
    ds.query("SELECT account_id, mu, sigma, games FROM matchmaking_rating ORDER BY account_id") as Promise<
      { account_id: string; mu: number; sigma: number; games: number }[]
    >;

  it("rate all accounts once, to the last bit, however often they are told", async () => {
    const { match, ids } = await running();
    const [a = "", b = "", c = "", d = ""] = ids;
    const sides = [
      { accounts: [a, b], rank: 1 },
      { accounts: [c.toUpperCase(), d], rank: 2 },
    ];
    const told = await Promise.all([one, two, one].map(({ api: of }) => of.result(match, sides)));
    expect(told.filter(({ repeated }) => !repeated)).toHaveLength(1);
    const fresh = { mu: 25, sigma: 25 / 3 };
    const expected = rateMatch([1, 2].map((rank) => ({ rank, ratings: [fresh, fresh] })));
    for (const one of told) {
      expect(one.ratings.get(a)).toEqual(expected[0]?.[0]);
      expect(one.ratings.get(c)).toEqual(expected[1]?.[0]);
    }
    const rows = new Map((await ratings()).map(({ account_id, ...row }) => [account_id, row]));
    expect(rows.get(a)).toEqual({ ...expected[0]?.[0], games: 1 });
    expect(rows.get(d)).toEqual({ ...expected[1]?.[1], games: 1 });
    // The same ranks are the same result, in whatever order.
    expect((await api.result(match, [...sides].reverse())).repeated).toBe(true);
    const before = await ratings();
    expect(
      await codeOf(
        api.result(
          match,
          sides.map((side) => ({ ...side, rank: 1 })),
        ),
      ),
    ).toBe("RESULT_REUSED");
    expect(
      await codeOf(
        api.result(match, [
          { accounts: [a], rank: 1 },
          { accounts: [c], rank: 2 },
        ]),
      ),
    ).toBe("RESULT_REUSED");
    expect(await ratings()).toEqual(before);
    const { rank, before: was, after } = (await api.played(a))[0] ?? {};
    expect([rank, was]).toEqual([1, 0]);
    expect(after).toBeGreaterThan(0);
    expect(await api.ratingOf(a, "other")).toEqual({ ...expected[0]?.[0], games: 1 });
    const { more } = await exportAccount(ds, a);
    expect(more.matchmaking_rating).toMatchObject([{ ladder: "other", games: 1 }]);
    expect(JSON.stringify(more)).not.toContain(c);
  });

  it("are refused by name, and rate nobody", async () => {
    const { match, ids, stranger } = await running();
    const [a = "", b = "", c = "", d = ""] = ids;
    const before = await ratings();
    const won = { accounts: [a, b], rank: 1 };
    const refused = [
      [won],
      [won, { accounts: [stranger], rank: 2 }],
      [won, { accounts: [], rank: 2 }],
      [won, { accounts: [a, c], rank: 2 }],
      [won, { accounts: [c, c.toUpperCase()], rank: 2 }],
      [won, { accounts: [c, d], rank: 0 }],
      [won, { accounts: [c, d], rank: Number.NaN }],
      [won, { accounts: [c, d], rank: 1.5 }],
    ];
    for (const sides of refused)
      expect(await codeOf(api.result(match, sides)), JSON.stringify(sides)).toBe("RESULT_INVALID");
    expect(await codeOf(api.result(randomUUID(), [won, { accounts: [c, d], rank: 2 }]))).toBe(
      "MATCH_UNKNOWN",
    );
    await ds.query("UPDATE matchmaking_match SET state = 'ready' WHERE id = $1", [match]);
    expect(await codeOf(api.result(match, [won, { accounts: [c, d], rank: 2 }]))).toBe("RESULT_INVALID");
    expect(await ratings()).toEqual(before);
  });

  it("of two matches with the same people at once are rated one after the other", async () => {
    const first = await running();
    const [a = "", b = "", c = "", d = ""] = first.ids;
    const copy = randomUUID();
    await ds.query(
      `INSERT INTO matchmaking_match (id, queue, state, seats, properties, backfill, room_id, opened_at)
       SELECT $2::uuid, queue, state, seats, properties, backfill, 'COPY' || left($2::uuid::text, 4), opened_at
       FROM matchmaking_match WHERE id = $1`,
      [first.match, copy],
    );
    await ds.query(
      `INSERT INTO matchmaking_seat (match_id, account_id, ticket_id, team, waited_s, mu, sigma)
       SELECT $2::uuid, account_id, ticket_id, team, waited_s, mu, sigma FROM matchmaking_seat WHERE match_id = $1`,
      [first.match, copy],
    );
    const before = new Map((await ratings()).map((row) => [row.account_id, row]));
    const of = (id: string, from: Map<string, Rating>) => from.get(id) ?? { mu: 25, sigma: 25 / 3 };
    const after = (sides: { accounts: string[]; rank: number }[], from: Map<string, Rating>) => {
      const rated = rateMatch(
        sides.map(({ accounts, rank }) => ({ rank, ratings: accounts.map((id) => of(id, from)) })),
      );
      return new Map(
        sides.flatMap(({ accounts }, side) =>
          accounts.map((id, index) => [id, rated[side]?.[index] as Rating] as const),
        ),
      );
    };
    const draw = [
      { accounts: [a, b], rank: 1 },
      { accounts: [c, d], rank: 1 },
    ];
    const lost = [
      { accounts: [d, c], rank: 1 },
      { accounts: [b, a], rank: 2 },
    ];
    await Promise.all([one.api.result(first.match, draw), two.api.result(copy, lost)]);
    // One after the other, whichever came first: neither was written over.
    const either = [after(lost, after(draw, before)), after(draw, after(lost, before))];
    const { games, ...mine } = await api.ratingOf(a, "other");
    expect(games).toBe(2);
    expect(either.map((ratingsOf) => ratingsOf.get(a))).toContainEqual(mine);
  });

  it("are kept for a while, and ratings for good", async () => {
    const { match, ids } = await running();
    await ds.query("UPDATE matchmaking_match SET created_at = now() - interval '31 days' WHERE id = $1", [
      match,
    ]);
    await ds.query(
      "INSERT INTO matchmaking_penalty VALUES ($1, 2, now() - interval '25 hours', now() - interval '24 hours'), ($2, 3, now() - interval '25 hours', now() - interval '24 hours')",
      [ids[0], ids[1]],
    );
    const rated = (await ratings()).length;
    await forgetMatches(ds, 30, 12);
    expect(await ds.query("SELECT 1 FROM matchmaking_match WHERE id = $1", [match])).toEqual([]);
    expect(await ds.query("SELECT account_id FROM matchmaking_penalty")).toEqual([{ account_id: ids[1] }]);
    expect((await ratings()).length).toBe(rated);
  });
});
