import { randomUUID } from "node:crypto";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi, signIn } from "../../../bots/index.ts";
import type { OwnMatch } from "../../../plugins/tournaments/index.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { type Database, openDatabase } from "../../../server/storage/database.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import { testLog } from "../../helpers/databases.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";
import { give } from "../groups/groups-of.ts";

const script = ["tests/plugins/tournaments/tournaments-server.ts"];

describeCluster("tournaments over two processes", (open) => {
  let cluster: Cluster;
  let home: ServerProcess;
  let away: ServerProcess;
  let database: Database;
  let ds: DataSource;
  const players: TestPlayer[] = [];
  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start({}, script);
    away = await cluster.start({}, script);
    database = await openDatabase({ url: cluster.databaseUrl, dataDir: "", log: testLog });
    ds = database.ds;
  });
  afterAll(async () => {
    for (const player of players) player.stop();
    await database?.close();
    await cluster.close();
  });

  interface Guest {
    readonly token: string;
    readonly characterId: string;
  }
  async function guests(count: number): Promise<Guest[]> {
    const all: Guest[] = [];
    for (let n = 0; n < count; n++) {
      const name = `G ${randomUUID().slice(0, 8)}`;
      const { token } = await signIn(away.url, { name });
      const [row] = await ds.query("SELECT id FROM character WHERE name = $1", [name]);
      all.push({ token, characterId: row.id });
      await give(ds, { id: "", characterId: row.id }, 100);
    }
    return all;
  }
  const ask = async <T>(who: Guest, method: string, path: string) =>
    callApi<T>(away.url, method, `/v1/tournaments${path}`, {
      accessToken: await accessTokenOf(away.url, who.token),
    });
  /** Announces one for an hour that no other one has, by its row: a desk is tested elsewhere. */
  async function announced(cup: string, entrants: readonly Guest[], ahead: number): Promise<string> {
    const rules = { name: cup, game: "arena", entrants: [2, 64], fee: { coins: 10, items: [] } };
    const prizes = [{ ranks: [1, 3], share: 30, coins: 0, items: [] }];
    const kind =
      cup === "duel"
        ? { bracket: { order: "high", checkInS: 600, minutes: 30, reopens: 3, third: false, properties: {} } }
        : { score: { keep: "best", order: "high", tries: 3, minutes: 60 } };
    const [{ id }] = await ds.query(
      `INSERT INTO tournament (cup, label, rules, opens_at, starts_at, seed)
       VALUES ($1, $1, $2, now(), now() + make_interval(hours => $3), 'seed') RETURNING id`,
      [cup, JSON.stringify({ ...rules, prizes, ...kind }), ahead],
    );
    for (const one of entrants) await ask(one, "POST", `/${id}/entry`);
    await ds.query("UPDATE tournament SET starts_at = now() WHERE id = $1", [id]);
    await expect.poll(() => stateOf(id)).toBe("running");
    return id;
  }
  const stateOf = async (id: string) =>
    (await ds.query("SELECT state FROM tournament WHERE id = $1", [id]))[0].state;
  const coinsOf = async ({ characterId }: Guest) =>
    Number((await ds.query("SELECT coins FROM character WHERE id = $1", [characterId]))[0].coins);
  const isClosed = async (id: string) =>
    (await ds.query("SELECT 1 FROM tournament WHERE id = $1 AND closed_at IS NOT NULL", [id])).length;
  const endNow = (id: string) =>
    ds.query(
      `WITH scored AS (
         UPDATE tournament_entry SET score = 100 - (SELECT count(*) FROM tournament_entry o WHERE o.tournament_id = $1
           AND o.joined_at < tournament_entry.joined_at), scored = 1 WHERE tournament_id = $1)
       UPDATE tournament SET ends_at = now() WHERE id = $1`,
      [id],
    );

  it("pay each prize once, though both end the same tournament at once", async () => {
    const all = await guests(5);
    for (let n = 1; n <= 3; n++) {
      const id = await announced("laps", all, n);
      await endNow(id);
      await expect.poll(() => isClosed(id)).toBe(1);
    }
    expect(await Promise.all(all.map(coinsOf))).toEqual([70 + 45, 70 + 45, 70 + 45, 70, 70]);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("pay the prizes of a process that was killed between the end and the payment", async () => {
    const all = await guests(4);
    const id = await announced("laps", all, 10);
    const holder = ds.createQueryRunner();
    await holder.startTransaction();
    // A payment begins by locking the character.
    await holder.query("SELECT 1 FROM character WHERE id = ANY($1::uuid[]) FOR UPDATE", [
      all.map(({ characterId }) => characterId),
    ]);
    await endNow(id);
    await expect.poll(() => stateOf(id)).toBe("ended");
    // Both wait in the middle of a payment by now.
    await expect
      .poll(
        async () =>
          (
            await ds.query(
              "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'",
            )
          )[0].n,
      )
      .toBeGreaterThan(0);
    await home.end("SIGKILL");
    await holder.rollbackTransaction();
    await holder.release();
    await expect.poll(() => isClosed(id)).toBe(1);
    expect(await Promise.all(all.map(coinsOf))).toEqual([102, 102, 102, 90]);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("open a match again whose room died with its process, and play it to the end there", async () => {
    const two = await guests(2);
    const id = await announced("duel", two, 20);
    const codeOf = async () =>
      (await ask<{ matches: OwnMatch[] }>(two[0] as Guest, "GET", "/matches")).matches[0]?.code;
    const enter = async (url: string, code: string) => {
      for (const { token } of two) players.push(await joinAs(url, "arena", { token, code }));
      await expect
        .poll(() =>
          ds.query("SELECT a_here AND b_here AS here FROM tournament_match WHERE room_id = $1", [code]),
        )
        .toEqual([{ here: true }]);
    };
    await expect.poll(codeOf, { interval: 600 }).toBeTypeOf("string");
    const first = (await codeOf()) ?? "";
    await enter(away.url, first);
    const heir = await cluster.start({}, script);
    const dead = away;
    away = heir;
    await dead.end("SIGKILL");
    await expect
      .poll(async () => ![first, null, undefined].includes(await codeOf()), { interval: 1_000 })
      .toBe(true);
    const second = (await codeOf()) ?? "";
    expect(await ds.query("SELECT reopened FROM tournament_match WHERE tournament_id = $1", [id])).toEqual([
      { reopened: 1 },
    ]);
    for (const player of players.splice(0)) player.stop();
    await enter(heir.url, second);
    players.at(-1)?.send("win", {});
    await expect.poll(() => isClosed(id)).toBe(1);
    // Of a pot of 20 three ranks get 30 percent each; there are two, and the first has the third's.
    expect((await Promise.all(two.map(coinsOf))).sort()).toEqual([102, 96]);
    expect(await verifyLedger(ds)).toEqual([]);
  });
});
