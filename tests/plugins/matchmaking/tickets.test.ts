import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Matchmaking } from "../../../plugins/matchmaking/index.ts";
import { takeLease } from "../../../plugins/matchmaking/rows/lease.ts";
import { openMatchRoom } from "../../../plugins/matchmaking/rows/opening.ts";
import { proposeMatches, writeMatches } from "../../../plugins/matchmaking/rows/pass.ts";
import { putTicket } from "../../../plugins/matchmaking/rows/tickets.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { migrateMatches, openMatches, QUEUES } from "./matchmaking-of.ts";

const [duel, other, quick] = QUEUES as [(typeof QUEUES)[0], (typeof QUEUES)[0], (typeof QUEUES)[0]];

describeOnEachDatabase("tickets and ready checks", (open) => {
  let ds: DataSource;
  let one: Awaited<ReturnType<typeof openMatches>>;
  let two: Awaited<ReturnType<typeof openMatches>>;
  let a: Matchmaking;
  let b: Matchmaking;
  beforeAll(async () => {
    ({ ds } = await open());
    await migrateMatches(ds);
    [one, two] = [await openMatches(ds), await openMatches(ds)];
    [a, b] = [one.api, two.api];
  });
  afterAll(async () => {
    await one.close();
    await two.close();
  });
  beforeEach(async () => {
    for (const table of ["ticket", "match", "penalty"]) await ds.query(`DELETE FROM matchmaking_${table}`);
    await ds.query("UPDATE matchmaking_queue SET closed = false, lease_until = '-infinity'");
  });

  async function accounts(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    await ds.query("INSERT INTO account (id, kind) SELECT id, 'guest' FROM unnest($1::uuid[]) AS id", [ids]);
    return ids;
  }
  const people = async () => (await accounts(2)) as [string, string];
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: { code?: string }) => error.code ?? String(error),
    );
  const count = async (table: string) =>
    (await ds.query(`SELECT count(*)::int AS n FROM matchmaking_${table}`))[0].n as number;
  const stateOf = async (id: string) => (await a.ticket(id)).state;
  /** Two who have a match, with its ready check. */
  async function found(queue = "duel"): Promise<[string, string, string]> {
    const [ann, bob] = await people();
    for (const id of [ann, bob]) await a.join(id, { queue });
    await a.look();
    const { match } = await a.ticket(ann);
    return [ann, bob, match ?? ""];
  }

  it("are one for each account, though two processes put them at once", async () => {
    const [ann] = await people();
    const tries = [a, b, a, b].map((api, n) => codeOf(api.join(ann, { queue: n % 2 ? "duel" : "other" })));
    expect((await Promise.all(tries)).sort()).toEqual([
      "QUEUE_MEMBER",
      "QUEUE_MEMBER",
      "QUEUE_MEMBER",
      "done",
    ]);
    expect([await count("ticket"), await count("member")]).toEqual([1, 1]);
    expect(await b.ticket(ann)).toMatchObject({ state: "waiting", party: 1 });
    await b.leave(ann);
    expect([await stateOf(ann), await codeOf(a.leave(ann)), await count("ticket")]).toEqual([
      "none",
      "QUEUE_NONE",
      0,
    ]);
  });

  it("of a party are refused whole when a member waits elsewhere", async () => {
    const [ann, bob] = await people();
    await a.join(bob, { queue: "duel" });
    const members = [ann, bob].map((account) => ({ account, roles: [], latency: {} }));
    expect(await codeOf(putTicket(a.services.transaction, other, { properties: {}, members }, 10))).toBe(
      "QUEUE_MEMBER",
    );
    expect([await stateOf(ann), (await a.ticket(bob)).queue, await count("ticket")]).toEqual([
      "none",
      "duel",
      1,
    ]);
    await b.leave(bob);
    // Parties that share people, in any order.
    const both = [members, [...members].reverse()].map((party) =>
      codeOf(putTicket(a.services.transaction, other, { properties: {}, members: party }, 10)),
    );
    expect((await Promise.all(both)).sort()).toEqual(["QUEUE_MEMBER", "done"]);
    // One who leaves takes all out.
    await a.leave(bob);
    expect([await stateOf(ann), await count("ticket")]).toEqual(["none", 0]);
  });

  it("are refused by name, and change nothing", async () => {
    const [ann, bob] = await people();
    const asked = [
      [{ queue: "nothing" }, "QUEUE_UNKNOWN"],
      [{ queue: "duel", properties: { mode: {} } }, "QUEUE_PROPERTY_INVALID"],
      [{ queue: "duel", roles: ["tank"] }, "QUEUE_ROLE_UNKNOWN"],
      [{ queue: "duel", latency: { eu: Number.NaN } }, "QUEUE_LATENCY_INVALID"],
    ] as const;
    for (const [wish, code] of asked) expect(await codeOf(a.join(ann, wish))).toBe(code);
    expect(await codeOf(a.change(ann, { roles: [] }))).toBe("QUEUE_NONE");
    await ds.query("UPDATE matchmaking_queue SET closed = true WHERE name = 'duel'");
    expect(await codeOf(a.join(ann, { queue: "duel" }))).toBe("QUEUE_CLOSED");
    await ds.query("UPDATE matchmaking_queue SET closed = false WHERE name = 'duel'");
    expect(await count("ticket")).toBe(0);
    const small = await openMatches(ds, { ticketsMax: 1 });
    await small.api.join(ann, { queue: "duel" });
    expect(await codeOf(small.api.join(bob, { queue: "duel" }))).toBe("TICKETS_FULL");
    await small.close();
  });

  it("get one match, though two processes look at once, and none in a closed queue", async () => {
    const ids = await accounts(6);
    for (const id of ids) await a.join(id, { queue: "duel" });
    await ds.query("UPDATE matchmaking_queue SET closed = true WHERE name = 'duel'");
    await Promise.all([a.look(), b.look()]);
    expect(await count("match")).toBe(0);
    await ds.query("UPDATE matchmaking_queue SET closed = false, lease_until = '-infinity'");
    await Promise.all([a.look(), b.look(), a.look()]);
    expect([await count("match"), await count("seat")]).toEqual([3, 6]);
    expect(await Promise.all(ids.map(stateOf))).toEqual(new Array(6).fill("ready"));
  });

  it("are written by the process that has the lease alone, and another one takes it over", async () => {
    const ids = await accounts(2);
    for (const id of ids) await a.join(id, { queue: "duel" });
    const write = (owner: string, proposed: Awaited<ReturnType<typeof proposeMatches>>) =>
      ds.transaction((db) => writeMatches(db, duel, owner, proposed));
    expect(await takeLease(ds, "duel", "first")).toEqual({ closed: false });
    expect(await takeLease(ds, "duel", "second")).toBeUndefined();
    const proposed = await proposeMatches(ds, duel, async () => []);
    // It freezes for longer than its lease.
    await ds.query("UPDATE matchmaking_queue SET lease_until = now() - interval '1 s' WHERE name = 'duel'");
    expect(await takeLease(ds, "duel", "second")).toEqual({ closed: false });
    expect((await write("first", proposed)).matches).toBe(0);
    expect(await count("match")).toBe(0);
    expect((await write("second", proposed)).matches).toBe(1);
    // What was proposed of tickets that have a match by now is not written again.
    expect((await write("second", proposed)).matches).toBe(0);
    expect([await count("match"), await count("seat")]).toEqual([1, 2]);
  });

  it("wait on when somebody has left between the look and the deed", async () => {
    const [ann, bob] = await people();
    for (const id of [ann, bob]) await a.join(id, { queue: "duel" });
    await takeLease(ds, "duel", "me");
    const proposed = await proposeMatches(ds, duel, async () => []);
    expect(proposed.proposals).toHaveLength(1);
    await b.leave(bob);
    expect((await ds.transaction((db) => writeMatches(db, duel, "me", proposed))).matches).toBe(0);
    expect([await stateOf(ann), await count("match"), await count("seat")]).toEqual(["waiting", 0, 0]);
  });

  it("keep people apart who have blocked each other, by what the plugin friends knows", async () => {
    const [ann, bob] = await people();
    const [kim] = await people();
    await one.friends.block(bob, ann);
    for (const id of [ann, bob]) await a.join(id, { queue: "coop" });
    await a.look();
    expect([await stateOf(ann), await stateOf(bob)]).toEqual(["waiting", "waiting"]);
    await a.join(kim, { queue: "coop" });
    await a.look();
    expect(await stateOf(kim)).toBe("ready");
  });

  it("take the first answer to a ready check, whichever come at the same moment", async () => {
    for (let round = 0; round < 6; round++) {
      const [ann, , match] = await found();
      const answers = await Promise.all([
        codeOf(a.answer(ann, match, true)),
        codeOf(b.answer(ann, match, false)),
      ]);
      expect(answers.sort()).toEqual(["READY_OVER", "done"]);
      const state = await stateOf(ann);
      const penalties = await count("penalty");
      expect([state, penalties]).toEqual(state === "ready" ? ["ready", 0] : ["none", 1]);
      for (const table of ["ticket", "match", "penalty"]) await ds.query(`DELETE FROM matchmaking_${table}`);
    }
    // The last one is ready while the other, who was ready, leaves.
    for (let round = 0; round < 6; round++) {
      const [ann, bob, match] = await found();
      await a.answer(ann, match, true);
      await Promise.all([codeOf(b.answer(bob, match, true)), codeOf(a.leave(ann))]);
      expect([await stateOf(ann), await stateOf(bob), await count("match")]).toEqual(["none", "waiting", 0]);
      for (const table of ["ticket", "match", "penalty"]) await ds.query(`DELETE FROM matchmaking_${table}`);
    }
    const [ann, bob, match] = await found();
    const [eve] = await people();
    expect(await codeOf(a.answer(eve, match, true))).toBe("READY_OVER");
    expect(await codeOf(a.answer(ann, randomUUID(), true))).toBe("READY_OVER");
    await a.answer(ann, match, true);
    await a.answer(ann, match, true);
    expect(await a.ticket(bob)).toMatchObject({ ready: 1, seats: 2, isReady: false });
  });

  it("wait on, with their time, when another one declines, who is made to wait", async () => {
    const [ann, bob, match] = await found();
    await ds.query("UPDATE matchmaking_ticket SET created_at = created_at - interval '100 s'");
    await b.answer(bob, match, false);
    expect(await a.ticket(ann)).toMatchObject({ state: "waiting" });
    expect((await a.ticket(ann)).waitedS).toBeGreaterThanOrEqual(100);
    expect(await a.ticket(bob)).toMatchObject({ state: "none" });
    const refused = await a.join(bob, { queue: "duel" }).catch((error) => error);
    expect(refused).toMatchObject({ code: "QUEUE_PENALTY", retryAfterS: expect.any(Number) });
    const penaltyS = (await a.ticket(bob)).penaltyS ?? 0;
    expect(penaltyS).toBeGreaterThan(50);
    // The next one is longer; an old one is forgotten.
    const again = async () => {
      await ds.query("UPDATE matchmaking_penalty SET until = now()");
      await a.join(bob, { queue: "duel" });
      await a.look();
      await a.answer(bob, (await a.ticket(bob)).match ?? "", false);
      return (await a.ticket(bob)).penaltyS ?? 0;
    };
    expect(await again()).toBeGreaterThan(110);
    await ds.query("UPDATE matchmaking_penalty SET at = now() - interval '25 hours'");
    expect(await again()).toBeLessThanOrEqual(60);
  });

  it("end when nobody answers in time: who was ready waits on", async () => {
    const [ann, bob, match] = await found();
    await a.answer(ann, match, true);
    await ds.query("UPDATE matchmaking_match SET ready_until = now() - interval '1 s'");
    expect(await codeOf(b.answer(bob, match, true))).toBe("READY_OVER");
    await a.look();
    expect([await stateOf(bob), await count("penalty")]).toEqual(["none", 1]);
    expect(await stateOf(ann)).toBe("waiting");
    expect(await codeOf(a.join(bob, { queue: "duel" }))).toBe("QUEUE_PENALTY");
  });

  it("wait on when no room opens for them, which one process tries at a time", async () => {
    const ids = await people();
    for (const id of ids) await a.join(id, { queue: "quick" });
    await takeLease(ds, "quick", "me");
    await ds.transaction(async (db) =>
      writeMatches(db, quick, "me", await proposeMatches(db, quick, async () => [])),
    );
    const [{ id: match }] = await ds.query("SELECT id FROM matchmaking_match");
    expect(await stateOf(ids[0])).toBe("opening");
    const penalties = { firstS: 1, mostS: 1, forgetS: 1 };
    // As of a process that died after it had taken the match.
    await ds.query("UPDATE matchmaking_match SET opener = 'dead', opening_until = now() + interval '15 s'");
    await openMatchRoom({ ...a.services, penalties }, quick, match);
    expect((await ds.query("SELECT opener FROM matchmaking_match"))[0].opener).toBe("dead");
    await ds.query("UPDATE matchmaking_match SET opening_until = now() - interval '1 s'");
    for (let tries = 0; tries < 4; tries++) await openMatchRoom({ ...a.services, penalties }, quick, match);
    expect([await stateOf(ids[0]), await stateOf(ids[1]), await count("penalty")]).toEqual([
      "waiting",
      "waiting",
      0,
    ]);
  });

  it("are over for who does not come in time, also when the empty room has closed", async () => {
    const [ann, bob, match] = await found();
    for (const id of [ann, bob]) await codeOf(a.answer(id, match, true));
    const opened = (ago: number) =>
      ds.query(
        `UPDATE matchmaking_match SET state = 'open', room_id = 'GONE', looked_at = now() - interval '9 s',
           opened_at = now() - make_interval(secs => $1::float8)`,
        [ago],
      );
    await opened(20);
    await a.look();
    // Nobody has come, and there is time yet: another room is sought.
    expect([await stateOf(ann), await count("penalty")]).toEqual(["opening", 0]);
    await opened(61);
    await ds.query("UPDATE matchmaking_seat SET given_at = now() - interval '61 s'");
    await a.look();
    expect([await stateOf(ann), await stateOf(bob), await count("penalty")]).toEqual(["none", "none", 2]);
  });

  it("of a deleted account are gone, and its match ends as if it had not answered", async () => {
    const [ann, bob, match] = await found();
    await a.answer(bob, match, true);
    await deleteAccount(ds, ann);
    expect(await stateOf(bob)).toBe("ready");
    await ds.query("UPDATE matchmaking_match SET ready_until = now() - interval '1 s'");
    await a.look();
    expect([await stateOf(bob), await count("penalty")]).toEqual(["waiting", 0]);
    await a.look();
    expect(await stateOf(bob)).toBe("waiting");
  });

  it("fill the place of who has left a running match, if it is free yet", async () => {
    const [ann, bob, match] = await found();
    for (const id of [ann, bob]) await codeOf(a.answer(id, match, true));
    await ds.query(
      "UPDATE matchmaking_match SET state = 'open', room_id = 'ROOM', opened_at = now(), looked_at = now()",
    );
    for (const id of [ann, bob]) await a.entered("ROOM", id);
    expect(await count("ticket")).toBe(0);
    const [eve, kim] = await people();
    await a.join(eve, { queue: "duel" });
    await a.look();
    expect(await stateOf(eve)).toBe("waiting");
    await a.exited("ROOM", bob);
    await a.look();
    const offer = await a.ticket(eve);
    expect(offer).toMatchObject({ state: "ready", seats: 1 });
    // The place is kept for who is asked.
    await a.join(kim, { queue: "duel" });
    await a.look();
    expect(await stateOf(kim)).toBe("waiting");
    await a.answer(eve, offer.match ?? "", true);
    expect(await a.ticket(eve)).toMatchObject({ state: "open", code: "ROOM", match });
    expect(
      (await a.matchOf("ROOM"))?.teams
        .flat()
        .filter(({ left }) => !left)
        .map(({ account }) => account)
        .sort(),
    ).toEqual([ann, eve].sort());
    expect(await codeOf(a.admit("ROOM", eve))).toBe("done");
    expect(await codeOf(a.admit("ROOM", kim))).toBe("MATCH_RESERVED");
    expect(await codeOf(a.admit("ROOM", bob))).toBe("MATCH_RESERVED");
    expect(await codeOf(a.admit("ELSE", kim))).toBe("done");
    await a.exited("ROOM", eve);
    expect(await codeOf(a.admit("ROOM", bob))).toBe("done");
    // He comes back before who was asked is ready.
    await a.look();
    const second = await a.ticket(kim);
    expect(second.state).toBe("ready");
    await a.entered("ROOM", bob);
    await a.answer(kim, second.match ?? "", true);
    expect(await stateOf(kim)).toBe("waiting");
    await a.exited("ROOM", bob);
    await a.backfill(match, false);
    await a.look();
    expect(await stateOf(kim)).toBe("waiting");
  });
});
