import { seeded } from "roomkeep/shared";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defineCup } from "../../../plugins/tournaments/index.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { codeOf, give, held, type Person, people } from "../groups/groups-of.ts";
import { CUPS, entrants, migrateTournaments, openTournamentsOn, playerOf } from "./tournaments-of.ts";

type Opened = Awaited<ReturnType<typeof openTournamentsOn>>;
const HOUR = 3_600_000;

describeOnEachDatabase("tournaments", (open) => {
  let ds: DataSource;
  let first: Opened;
  let second: Opened;
  beforeAll(async () => {
    ({ ds } = await open());
    await migrateTournaments(ds);
    [first, second] = [await openTournamentsOn(ds), await openTournamentsOn(ds)];
  });
  afterAll(async () => {
    await first.close();
    await second.close();
  });
  const api = () => first.api;

  let ahead = 0;
  /** Announces one, whose registration is open. */
  const announced = (cup: string) => {
    ahead++;
    const startsMs = Date.now() + HOUR + ahead * 1_000;
    return ds.transaction((db) => api().within.create(db, cup, { startsMs }));
  };
  const join = (id: string, people: readonly Person[]) =>
    people.reduce((before, { id: account }) => before.then(() => api().join(id, account)), Promise.resolve());
  /** Its time of start, or of its end, has come. */
  const due = (id: string, column: "starts_at" | "ends_at") =>
    ds.query(`UPDATE tournament SET ${column} = clock_timestamp() - interval '1 second' WHERE id = $1`, [id]);
  async function started(cup: string, people: readonly Person[]): Promise<string> {
    const id = await announced(cup);
    await join(id, people);
    await due(id, "starts_at");
    await api().round();
    return id;
  }
  const stateOf = async (id: string) => (await api().read(id, null)).state;
  const cancel = (id: string, why = "rain") => ds.transaction((db) => api().within.cancel(db, id, why));
  const legs = (id: string, reason: string) =>
    ds.query(
      `SELECT COALESCE(sum(coins), 0)::int AS coins FROM ledger WHERE account = $1 AND reason LIKE $2`,
      [`purse:vault:tournaments:${id}`, reason],
    ) as Promise<[{ coins: number }]>;
  /** What they are told, the newest first. */
  const noticesOf = async ({ id }: Person) =>
    (await first.notes.list(id, { limit: 20 })).notifications
      .filter(({ kind }) => kind.startsWith("tournaments."))
      .map(({ text }) => text);
  /** Both processes do all that is due, at once. */
  const rounds = () => Promise.all([first.api.round(), second.api.round()]);

  it("take the fee at the join, once, and give it back to who leaves before the start", async () => {
    const [ann] = (await entrants(ds, 1)) as [Person];
    const id = await announced("laps");
    await api().join(id, ann.id);
    expect(await held(ds, ann)).toEqual({ coins: 90, items: { herb: 1 } });
    expect(await codeOf(api().join(id, ann.id))).toBe("TOURNAMENT_MEMBER");
    expect(await api().read(id, ann.id)).toMatchObject({ state: "open", entrants: 1, mine: true });
    await api().leave(id, ann.id);
    expect(await held(ds, ann)).toEqual({ coins: 100, items: { herb: 2 } });
    expect(await codeOf(api().leave(id, ann.id))).toBe("TOURNAMENT_STRANGER");
    await api().join(id, ann.id);
    await api().leave(id, ann.id);
    expect(await held(ds, ann)).toEqual({ coins: 100, items: { herb: 2 } });
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("refuse by name who cannot join, and nothing is changed", async () => {
    const id = await announced("laps");
    const [eve, ...four] = (await entrants(ds, 5)) as [Person, ...Person[]];
    const [poor, bare] = (await people(ds, 2)) as [Person, Person];
    await give(ds, poor, 9, { herb: 2 });
    await give(ds, bare, 100);
    expect(await codeOf(api().join(id, poor.id))).toBe("NOT_ENOUGH");
    expect(await codeOf(api().join(id, bare.id))).toBe("NOT_ENOUGH");
    expect((await held(ds, bare)).coins).toBe(100);
    expect(await codeOf(api().join(crypto.randomUUID(), eve.id))).toBe("TOURNAMENT_UNKNOWN");
    await join(id, four);
    expect(await codeOf(api().join(id, eve.id))).toBe("TOURNAMENT_FULL");
    const later = await ds.transaction((db) =>
      api().within.create(db, "laps", { startsMs: Date.now() + 48 * HOUR }),
    );
    expect(await stateOf(later)).toBe("announced");
    expect(await codeOf(api().join(later, eve.id))).toBe("TOURNAMENT_CLOSED");
    await ds.transaction((db) => api().within.open(db, later));
    expect(await codeOf(ds.transaction((db) => api().within.open(db, later)))).toBe("TOURNAMENT_CLOSED");
    await api().join(later, eve.id);
    await api().leave(later, eve.id);
    // By the clock, though no process has begun it yet.
    await due(id, "starts_at");
    expect(await codeOf(api().leave(id, four[0]?.id ?? ""))).toBe("TOURNAMENT_CLOSED");
    await due(later, "starts_at");
    expect(await codeOf(api().join(later, eve.id))).toBe("TOURNAMENT_CLOSED");
    expect(await held(ds, eve)).toEqual({ coins: 100, items: { herb: 2 } });
    expect((await api().read(id, null)).entrants).toBe(4);
  });

  it("take one of two who want the last place at once, and one fee of who asks twice at once", async () => {
    for (let n = 0; n < 5; n++) {
      const id = await announced("laps");
      const [ann, bob, ...rest] = (await entrants(ds, 5)) as [Person, Person, ...Person[]];
      await join(id, rest);
      const wants = [first.api.join(id, ann.id), second.api.join(id, bob.id)];
      expect((await Promise.all(wants.map(codeOf))).sort()).toEqual(["TOURNAMENT_FULL", "done"]);
      const other = await announced("laps");
      const [eve] = (await entrants(ds, 1)) as [Person];
      const twice = [first.api.join(other, eve.id), second.api.join(other, eve.id)];
      expect((await Promise.all(twice.map(codeOf))).sort()).toEqual(["TOURNAMENT_MEMBER", "done"]);
      expect((await held(ds, eve)).coins).toBe(90);
    }
  });

  it("announce the next one of a cron, once, whatever process looks", async () => {
    const cups = [
      defineCup("nightly", { game: "nowhere", score: {}, starts: "0 3 * * *" }),
      defineCup("once", { game: "nowhere", score: {}, starts: "2090-05-01T18:00:00Z" }),
      defineCup("past", { game: "nowhere", score: {}, starts: "2020-05-01T18:00:00Z" }),
    ];
    const planned = [await openTournamentsOn(ds, cups), await openTournamentsOn(ds, cups)];
    await Promise.all(planned.map(({ api: one }) => one.round()));
    await planned[0]?.api.round();
    const rows = async () =>
      ds.query(
        "SELECT cup, starts_at FROM tournament WHERE cup IN ('nightly', 'once', 'past') ORDER BY starts_at",
      );
    const there = await rows();
    expect(there.map(({ cup }: { cup: string }) => cup)).toEqual(["nightly", "once"]);
    expect(there[0].starts_at.getUTCHours()).toBe(3);
    expect(there[1].starts_at.toISOString()).toBe("2090-05-01T18:00:00.000Z");
    // Too few came: the next night has another one.
    await ds.query("UPDATE tournament SET starts_at = now() - interval '1 day' WHERE cup = 'nightly'");
    await planned[1]?.api.round();
    await planned[1]?.api.round();
    expect(await rows()).toHaveLength(3);
    for (const one of planned) await one.close();
  });

  it("are announced by operators for a time to come, one of a cup at a time", async () => {
    const create = (cup: string, startsMs: number) =>
      codeOf(ds.transaction((db) => api().within.create(db, cup, { startsMs })));
    const at = Date.now() + 5 * HOUR;
    expect(await create("laps", Date.now() - 1)).toBe("TOURNAMENT_INVALID");
    expect(await create("lapse", at)).toBe("TOURNAMENT_INVALID");
    expect(await create("laps", at)).toBe("done");
    expect(await create("laps", at)).toBe("TOURNAMENT_INVALID");
  });

  it("rank the tries of a score attack, and pay each prize once though both processes end it at once", async () => {
    const [ann, bob, eve] = (await entrants(ds, 3)) as [Person, Person, Person];
    const [stranger] = (await entrants(ds, 1)) as [Person];
    const id = await started("laps", [ann, bob, eve]);
    expect(await stateOf(id)).toBe("running");
    const submit = (who: Person, score: number) => api().submit(playerOf(who), "laps", score);
    expect(await submit(ann, 50)).toEqual({ ok: true, score: 50, left: 2 });
    expect(await submit(ann, 70)).toEqual({ ok: true, score: 50, left: 1 });
    for (const score of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 + 1, "7" as unknown as number])
      expect(await submit(ann, score)).toMatchObject({ ok: false, code: "SCORE_INVALID" });
    expect(await submit(ann, 40)).toMatchObject({ score: 40, left: 0 });
    expect(await submit(ann, 1)).toMatchObject({ ok: false, code: "TOURNAMENT_TRIES" });
    expect(await submit(stranger, 1)).toMatchObject({ ok: false, code: "TOURNAMENT_STRANGER" });
    // Equal scores stand in the order in which they came to be.
    await submit(eve, 40);
    await submit(bob, 60);
    await submit(bob, 40);
    await submit(eve, 45);
    await due(id, "ends_at");
    expect(await submit(bob, 1)).toMatchObject({ ok: false, code: "TOURNAMENT_STRANGER" });
    const ends = () => (first.api.counts.get("end") ?? 0) + (second.api.counts.get("end") ?? 0);
    const before = ends();
    await rounds();
    await rounds();
    expect(ends()).toBe(before + 1);
    expect(await stateOf(id)).toBe("ended");
    const all = await api().entrants(id);
    expect(all.map(({ account, rank, isPaid }) => [account, rank, isPaid])).toEqual([
      [ann.id, 1, true],
      [eve.id, 2, true],
      [bob.id, 3, false],
    ]);
    // Half of 30 coins and of three herbs, and a third of them: whole pieces, the rest to the first.
    expect(await held(ds, ann)).toEqual({ coins: 90 + 15 + 100, items: { herb: 1 + 2, sword: 1 } });
    expect(await held(ds, eve)).toEqual({ coins: 90 + 9, items: { herb: 1 } });
    expect(await legs(id, "%rest of laps")).toEqual([{ coins: -6 }]);
    expect(await verifyLedger(ds)).toEqual([]);
    expect(await codeOf(cancel(id))).toBe("TOURNAMENT_OVER");
    expect(await noticesOf(ann)).toEqual([
      "laps is over: rank 1 is yours. The prize is in your purse or mail.",
    ]);
  });

  it("add up tries, and refuse a sum that would not be exact", async () => {
    const [ann, bob] = (await entrants(ds, 2)) as [Person, Person];
    const id = await started("free", [ann, bob]);
    const submit = (who: Person, score: number) => api().submit(playerOf(who), "free", score);
    await submit(ann, 2 ** 53 - 1);
    expect(await submit(ann, 1)).toMatchObject({ ok: false, code: "SCORE_INVALID" });
    expect(await submit(ann, -1)).toMatchObject({ score: 2 ** 53 - 2, left: 0 });
    await submit(bob, 2);
    expect(await submit(bob, 3)).toMatchObject({ score: 5, left: 0 });
    await due(id, "ends_at");
    await rounds();
    expect((await api().entrants(id)).map(({ rank, score }) => [rank, score])).toEqual([
      [1, 2 ** 53 - 2],
      [2, 5],
    ]);
  });

  it("give each fee back once: too few came, nobody won, or an operator cancels, twice", async () => {
    const [ann, bob] = (await entrants(ds, 2)) as [Person, Person];
    const few = await announced("laps");
    await join(few, [ann]);
    await due(few, "starts_at");
    await rounds();
    await rounds();
    expect(await api().read(few, null)).toMatchObject({ state: "cancelled", why: "too few entrants" });
    const nobody = await started("laps", [ann, bob]);
    await due(nobody, "ends_at");
    await rounds();
    await rounds();
    expect(await api().read(nobody, null)).toMatchObject({ state: "cancelled", why: "nobody won" });
    const rainy = await started("duel", [ann, bob]);
    const twice = await Promise.all([codeOf(cancel(rainy)), codeOf(cancel(rainy))]);
    expect(twice.sort()).toEqual(["TOURNAMENT_OVER", "done"]);
    await rounds();
    await rounds();
    expect(await held(ds, ann)).toEqual({ coins: 100, items: { herb: 2 } });
    expect(await held(ds, bob)).toEqual({ coins: 100, items: { herb: 2 } });
    expect((await api().bracket(rainy)).every(({ state }) => state === "over")).toBe(true);
    expect(await noticesOf(bob)).toEqual([
      "duel was cancelled: rain. You have your fee back.",
      "laps was cancelled: nobody won. You have your fee back.",
    ]);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("try a prize again that a full mailbox refuses, and keep the tournament until then", async () => {
    const [ann, bob] = (await entrants(ds, 2)) as [Person, Person];
    const id = await started("laps", [ann, bob]);
    await api().submit(playerOf(ann), "laps", 1);
    const mail = `mail:${ann.characterId}`;
    await ds.query(
      `INSERT INTO item (id, template, container, slot, qty)
       SELECT gen_random_uuid(), 'sword', $1, n, 1 FROM generate_series(0, 99) AS n`,
      [mail],
    );
    await due(id, "ends_at");
    await rounds();
    await rounds();
    expect(
      await ds.query("SELECT refused FROM tournament_entry WHERE tournament_id = $1 AND rank = 1", [id]),
    ).toEqual([{ refused: "NO_SPACE" }]);
    expect((await held(ds, ann)).coins).toBe(90);
    const forget = () => applyRetention(ds, first.retention);
    await ds.query("UPDATE tournament SET ended_at = now() - interval '2 years' WHERE id = $1", [id]);
    await forget();
    await ds.query("DELETE FROM item WHERE container = $1", [mail]);
    await ds.query(
      "UPDATE tournament_entry SET tried_at = now() - interval '61 seconds' WHERE tournament_id = $1",
      [id],
    );
    await rounds();
    expect((await held(ds, ann)).coins).toBe(90 + 16 + 100);
    await forget();
    expect(await stateOf(id)).toBe("ended");
    await ds.query("UPDATE tournament SET closed_at = now() - interval '2 years' WHERE id = $1", [id]);
    await forget();
    expect(await codeOf(api().read(id, null))).toBe("TOURNAMENT_UNKNOWN");
  });

  it("let what a deleted account is owed lapse, and the pot add up", async () => {
    const [ann, bob, eve] = (await entrants(ds, 3)) as [Person, Person, Person];
    const id = await started("laps", [ann, bob, eve]);
    for (const [at, who] of [ann, bob, eve].entries()) await api().submit(playerOf(who), "laps", at);
    await due(id, "ends_at");
    await deleteAccount(ds, ann.id);
    await rounds();
    // Bob is first, of a pot with Ann's fee in it.
    expect(await held(ds, bob)).toEqual({ coins: 90 + 15 + 100, items: { herb: 1 + 2, sword: 1 } });
    const rainy = await announced("duel");
    await join(rainy, [bob, eve]);
    await cancel(rainy);
    await deleteAccount(ds, eve.id);
    await rounds();
    expect(
      await ds.query("SELECT outcome FROM tournament_entry WHERE tournament_id = $1 ORDER BY 1", [rainy]),
    ).toEqual([{ outcome: "lapsed" }, { outcome: "paid" }]);
    expect(await legs(rainy, "%")).toEqual([{ coins: 0 }]);
    expect(await legs(rainy, "%rest of%")).toEqual([{ coins: -10 }]);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  /** No room opens here: what rooms do is written, as `openRooms` and `entered` do it. */
  async function seat(id: string, round: number, slot: number, here: [boolean, boolean] = [true, true]) {
    const room = `room-${id}-${round}-${slot}`;
    await ds.query(
      `UPDATE tournament_match SET state = 'open', room_id = $4, looked_at = clock_timestamp(),
         check_until = clock_timestamp() + interval '60 s', over_by = clock_timestamp() + interval '30 min',
         a_here = $5, b_here = $6 WHERE tournament_id = $1 AND round = $2 AND slot = $3`,
      [id, round, slot, room, ...here],
    );
    return room;
  }
  const matchOf = async (id: string, round: number, slot: number) =>
    (await api().bracket(id)).find((one) => one.round === round && one.slot === slot);
  /** Both accounts of a match, a first. */
  async function sidesOf(id: string, round: number, slot: number): Promise<[string, string]> {
    const match = await matchOf(id, round, slot);
    return [match?.a?.account ?? "", match?.b?.account ?? ""];
  }
  async function win(id: string, round: number, slot: number, side: 0 | 1): Promise<string> {
    const room = await seat(id, round, slot);
    const sides = await sidesOf(id, round, slot);
    await api().report(
      { roomId: room },
      sides.map((account, at) => ({ account, score: at === side ? 1 : 0 })),
    );
    return sides[side];
  }

  it("draw a bracket, take each result once and from the room of the match alone, and pay its ranks", async () => {
    const players = await entrants(ds, 4);
    const id = await started("duel", players);
    const matches = await api().bracket(id);
    expect(matches.map(({ round, slot, state }) => [round, slot, state])).toEqual([
      [1, 0, "opening"],
      [1, 1, "opening"],
      [2, 0, "waiting"],
      [2, 1, "waiting"],
    ]);
    // No room opens: one process has tried, and the other waits for it.
    await rounds();
    expect(
      await ds.query(
        "SELECT DISTINCT tries FROM tournament_match WHERE tournament_id = $1 AND state = 'opening'",
        [id],
      ),
    ).toEqual([{ tries: 1 }]);
    const room = await seat(id, 1, 0);
    const [a, b] = await sidesOf(id, 1, 0);
    const [c] = await sidesOf(id, 1, 1);
    const report = (of: string, results: [string, number][], process = first) =>
      codeOf(
        process.api.report(
          { roomId: of },
          results.map(([account, score]) => ({ account, score })),
        ),
      );
    expect(
      await report("another", [
        [a, 1],
        [b, 0],
      ]),
    ).toBe("TOURNAMENT_MATCH_UNKNOWN");
    expect(
      await report(room, [
        [a, 1],
        [c, 0],
      ]),
    ).toBe("TOURNAMENT_RESULT_INVALID");
    expect(
      await report(room, [
        [a, 1],
        [a, 0],
      ]),
    ).toBe("TOURNAMENT_RESULT_INVALID");
    expect(await report(room, [[a, 1]])).toBe("TOURNAMENT_RESULT_INVALID");
    expect(
      await report(room, [
        [a, 1],
        [b, 1],
      ]),
    ).toBe("TOURNAMENT_RESULT_INVALID");
    for (const score of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 + 1])
      expect(
        await report(room, [
          [a, score],
          [b, 0],
        ]),
      ).toBe("SCORE_INVALID");
    expect(await matchOf(id, 1, 0)).toMatchObject({ state: "open", winner: null });
    // Two processes with unlike results: one counts.
    const both = await Promise.all([
      report(room, [
        [a, 3],
        [b, 1],
      ]),
      report(
        room,
        [
          [a, 1],
          [b, 3],
        ],
        second,
      ),
    ]);
    expect(both.sort()).toEqual(["TOURNAMENT_MATCH_OVER", "done"]);
    const over = await matchOf(id, 1, 0);
    const won = over?.winner === "a" ? a : b;
    const lost = won === a ? b : a;
    expect(
      await report(room, [
        [won, 9],
        [lost, 0],
      ]),
    ).toBe("done");
    expect(
      await report(room, [
        [won, 0],
        [lost, 9],
      ]),
    ).toBe("TOURNAMENT_MATCH_OVER");
    expect([over?.a?.score, over?.b?.score].sort()).toEqual([1, 3]);
    await win(id, 1, 1, 0);
    expect(await sidesOf(id, 2, 0)).toEqual([won, c]);
    // The final does not end it while the match for the third rank goes on.
    await win(id, 2, 0, 1);
    expect(await stateOf(id)).toBe("running");
    const third = await win(id, 2, 1, 0);
    expect(await stateOf(id)).toBe("ended");
    await rounds();
    const ranks = (await api().entrants(id)).map(({ account }) => account);
    expect(ranks.slice(0, 3)).toEqual([c, won, third]);
    const coins = async (account: string | undefined) =>
      (await held(ds, players.find((one) => one.id === account) as Person)).coins;
    expect(await Promise.all(ranks.map((one) => coins(one ?? "")))).toEqual([110, 102, 90, 90]);
    expect(await legs(id, "%rest of%")).toEqual([{ coins: -8 }]);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("let who does not come lose, both out if neither comes, and go on without them", async () => {
    const id = await started("duel", await entrants(ds, 4));
    await seat(id, 1, 0, [false, true]);
    await seat(id, 1, 1, [false, false]);
    const late = (round: number) =>
      ds.query(
        `UPDATE tournament_match SET check_until = clock_timestamp() - interval '1 s', looked_at = '-infinity'
         WHERE tournament_id = $1 AND round = $2`,
        [id, round],
      );
    await ds.query("UPDATE tournament_match SET looked_at = '-infinity' WHERE tournament_id = $1", [id]);
    await late(1);
    const [, b] = await sidesOf(id, 1, 0);
    await rounds();
    expect(await matchOf(id, 1, 0)).toMatchObject({ state: "over", end: "no-show", winner: "b" });
    expect(await matchOf(id, 1, 1)).toMatchObject({ state: "over", end: "no-show", winner: null });
    expect(await matchOf(id, 2, 0)).toMatchObject({ state: "over", end: "bye", winner: "a" });
    expect(await stateOf(id)).toBe("ended");
    expect((await api().entrants(id))[0]).toMatchObject({ account: b, rank: 1, owed: "prize" });
    // Nobody at all: the fees come back.
    const empty = await started("duel", await entrants(ds, 2));
    await seat(empty, 1, 0, [false, false]);
    await ds.query(
      `UPDATE tournament_match SET check_until = clock_timestamp() - interval '1 s', looked_at = '-infinity'
       WHERE tournament_id = $1`,
      [empty],
    );
    await rounds();
    expect(await api().read(empty, null)).toMatchObject({ state: "cancelled", why: "nobody won" });
  });

  it("open a match again whose room died, so often, and give it to the better seed then, or when it lasts too long", async () => {
    const id = await started("duel", await entrants(ds, 2));
    const died = async () => {
      const room = await seat(id, 1, 0);
      await ds.query("UPDATE tournament_match SET looked_at = '-infinity' WHERE tournament_id = $1", [id]);
      await rounds();
      return room;
    };
    const old = await died();
    const [a, b] = await sidesOf(id, 1, 0);
    expect(await matchOf(id, 1, 0)).toMatchObject({ state: "opening", winner: null });
    const results = [a, b].map((account, at) => ({ account, score: at }));
    expect(await codeOf(api().report({ roomId: old }, results))).toBe("TOURNAMENT_MATCH_UNKNOWN");
    await died();
    expect(await matchOf(id, 1, 0)).toMatchObject({ state: "over", end: "seed", winner: "a" });
    const slow = await started("duel", await entrants(ds, 2));
    await seat(slow, 1, 0);
    await ds.query(
      `UPDATE tournament_match SET over_by = clock_timestamp() - interval '1 s', looked_at = '-infinity'
       WHERE tournament_id = $1`,
      [slow],
    );
    await rounds();
    expect(await matchOf(slow, 1, 0)).toMatchObject({ state: "over", end: "seed", winner: "a" });
  });

  it("let an operator decide a match once, for one of its two", async () => {
    const id = await started("duel", await entrants(ds, 3));
    const decide = (round: number, slot: number, account: string) =>
      codeOf(ds.transaction((db) => api().within.decide(db, id, { round, slot, account })));
    const [a, b] = await sidesOf(id, 1, 1);
    const [bye] = await sidesOf(id, 1, 0);
    expect(await decide(1, 7, a)).toBe("TOURNAMENT_MATCH_UNKNOWN");
    expect(await decide(1, 0, bye)).toBe("TOURNAMENT_MATCH_OVER");
    expect(await decide(2, 0, bye)).toBe("TOURNAMENT_MATCH_OVER");
    expect(await decide(1, 1, bye)).toBe("TOURNAMENT_STRANGER");
    expect(await decide(1, 1, b)).toBe("done");
    expect(await decide(1, 1, a)).toBe("TOURNAMENT_MATCH_OVER");
    expect(await matchOf(id, 1, 1)).toMatchObject({ end: "decided", winner: "b" });
    expect(await decide(2, 0, b)).toBe("done");
    expect(await stateOf(id)).toBe("ended");
  });

  it("seed by the rating of a queue, and by draw without one", async () => {
    const players = await entrants(ds, 3);
    const id = await announced("duel");
    await join(id, players);
    await ds.query("UPDATE tournament_entry SET rating = 30 WHERE tournament_id = $1 AND account_id = $2", [
      id,
      players[2]?.id,
    ]);
    await due(id, "starts_at");
    await api().round();
    const [row] = await ds.query(
      "SELECT account_id, seed FROM tournament_entry WHERE tournament_id = $1 AND seed = 1",
      [id],
    );
    expect(row.account_id).toBe(players[2]?.id);
    expect(await matchOf(id, 1, 0)).toMatchObject({
      end: "bye",
      winner: "a",
      a: { account: players[2]?.id },
    });
  });

  it("end with fees equal to prizes, refunds and the rest, whatever happens", async () => {
    const random = seeded(5);
    const upTo = (most: number) => Math.floor(random() * (most + 1));
    for (let n = 0; n < 10; n++) {
      const cup = CUPS[n % 2 === 0 ? 0 : 2]?.name ?? "";
      const players = await entrants(ds, 2 + upTo(2));
      const id = await announced(cup);
      await join(id, players);
      if (upTo(2) === 0) await api().leave(id, players[0]?.id ?? "");
      await due(id, "starts_at");
      await rounds();
      for (let act = 0; act < 12 && (await stateOf(id)) === "running"; act++) {
        const one = players[upTo(players.length - 1)] as Person;
        const open = (await api().bracket(id)).find(({ state }) => state === "opening");
        if (cup === "laps") await api().submit(playerOf(one), cup, upTo(50));
        else if (open) await win(id, open.round, open.slot, upTo(1) as 0 | 1);
        if (upTo(11) === 0) await codeOf(cancel(id));
      }
      if (cup === "laps") await due(id, "ends_at");
      await rounds();
      await rounds();
      expect(["ended", "cancelled"]).toContain(await stateOf(id));
      const [[fees], [all]] = [await legs(id, "%fee of%"), await legs(id, "%")];
      expect(all.coins).toBe(0);
      const spent = await ds.query(
        `SELECT account, item, sum(qty + coins)::int AS n FROM ledger WHERE account = ANY($1) GROUP BY 1, 2
         HAVING sum(qty + coins) <> 0`,
        [[`vault:tournaments:${id}`, `purse:vault:tournaments:${id}`]],
      );
      expect(spent).toEqual([]);
      const [[prizes], [rest]] = [await legs(id, "%rank%"), await legs(id, "%rest of%")];
      expect(fees.coins + prizes.coins + rest.coins).toBe(0);
    }
    expect(await verifyLedger(ds)).toEqual([]);
  });
});
