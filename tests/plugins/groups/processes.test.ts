import { randomUUID } from "node:crypto";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import type { OwnGroups } from "../../../plugins/groups/index.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { openDatabase } from "../../../server/storage/database.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import { testLog } from "../../helpers/databases.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";
import { codeOf, give, held } from "./groups-of.ts";

const ENV = { ROOMKEEP_GROUPS_CREATES_PER_DAY: "100", ROOMKEEP_GROUPS_GROUPS_PER_ACCOUNT: "50" };
const SERVER = ["tests/plugins/groups/groups-server.ts"];
/** What a process that lives says; all else is no answer. */
const ANSWERS = new Set(["done", "NOT_ENOUGH"]);

describeCluster("groups in two processes", (open) => {
  let cluster: Cluster;
  let home: ServerProcess;
  let away: ServerProcess;
  let ann: TestPlayer;
  let bob: TestPlayer;
  let ds: DataSource;
  let close: () => Promise<void>;
  let group = "";
  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start(ENV, SERVER);
    // Alone until the room is open, so that it is here.
    ann = await joinAs(home.url, "plaza", { name: "Ann", create: true });
    away = await cluster.start(ENV, SERVER);
    bob = await joinAs(away.url, "plaza", { name: "Bob", create: true });
    const database = await openDatabase({ url: cluster.databaseUrl, dataDir: "", log: testLog });
    ({ ds } = database);
    close = database.close;
  });
  afterAll(async () => {
    for (const player of [ann, bob]) player?.stop();
    await close?.();
    await cluster.close();
  });

  const ask = async <T>(player: TestPlayer, url: string, method: string, path: string, body?: unknown) =>
    callApi<T>(url, method, `/v1/groups${path}`, {
      accessToken: await accessTokenOf(url, player.token),
      body,
    });
  const newsOf = ({ received }: TestPlayer) =>
    (received.get("groups.changed") ?? []) as { what: string; role?: string }[];
  const characterOf = ({ characterId }: TestPlayer) => ({ id: "", characterId });

  it("have one name though both found it at once", async () => {
    for (let round = 0; round < 5; round++) {
      const name = `Round ${round}`;
      const outcomes = await Promise.all([
        codeOf(ask(ann, home.url, "POST", "", { name })),
        codeOf(ask(bob, away.url, "POST", "", { name: name.toUpperCase() })),
      ]);
      expect(outcomes.sort()).toEqual(["GROUP_NAME_TAKEN", "done"]);
    }
  });

  it("invite and join across them, and tell the other at once", async () => {
    ({ id: group } = await ask<{ id: string }>(ann, home.url, "POST", "", { name: "Both Sides" }));
    await ask(bob, away.url, "POST", `/${group}/requests`);
    await ann.until("the request", () => newsOf(ann).some(({ what }) => what === "request"));
    const { asked } = await ask<{ asked: { account: string }[] }>(ann, home.url, "GET", `/${group}/requests`);
    await ask(ann, home.url, "POST", `/${group}/requests/${asked[0]?.account}/accept`);
    await bob.until("the membership", () => newsOf(bob).some(({ role }) => role === "member"));
    // Once where it was done, and once where the account is in a room.
    const change = { groupId: group, accountId: asked[0]?.account, role: "member" };
    for (const { url } of [home, away]) {
      const heard = () => callApi<{ changes: object[] }>(url, "GET", "/v1/hearing");
      await expect.poll(async () => (await heard()).changes).toContainEqual(change);
    }
    await ask(ann, home.url, "POST", `/${group}/members/${asked[0]?.account}/role`, { role: "officer" });
    await bob.until("the role", () => newsOf(bob).some(({ role }) => role === "officer"));
    for (const { url } of [home, away]) {
      const { changes } = await callApi<{ changes: { role: string; accountId: string }[] }>(
        url,
        "GET",
        "/v1/hearing",
      );
      const own = changes.filter(({ accountId }) => accountId === asked[0]?.account);
      expect(own.slice(-2).map(({ role }) => role)).toEqual(["member", "officer"]);
    }
    const { groups } = await ask<OwnGroups>(bob, away.url, "GET", "/mine");
    expect(groups.find(({ id }) => id === group)).toMatchObject({ role: "officer", members: 2 });
  });

  it("lose and double nothing of the bank while a process is killed and requests are sent again", async () => {
    await give(ds, characterOf(ann), 400);
    await give(ds, characterOf(bob), 400);
    const all = {
      ann: (await held(ds, characterOf(ann))).coins,
      bob: (await held(ds, characterOf(bob))).coins,
    };
    const before = all.ann + all.bob;
    const deeds = Array.from({ length: 60 }, (_, n) => {
      const by = n % 2 ? ann : bob;
      const what = n % 3 === 2 ? "withdraw" : "deposit";
      return { by, what, request: randomUUID(), coins: 1 + (n % 7) };
    });
    let isKilled = false;
    const done = await Promise.all(
      deeds.map(async ({ by, what, request, coins }, n) => {
        const body = { request, character: by.characterId, coins };
        const path = `/${group}/bank/${what}`;
        let outcome = await codeOf(ask(by, n % 2 ? away.url : home.url, "POST", path, body));
        if (n === 12) {
          isKilled = true;
          bob.stop();
          await away.end("SIGKILL");
        }
        // As a client does: the same again, until there is an answer; some though there was one.
        const again = async () => {
          outcome = await codeOf(ask(by, home.url, "POST", path, body));
          return ANSWERS.has(outcome);
        };
        if (!ANSWERS.has(outcome) || n % 5 === 0) await expect.poll(again).toBe(true);
        return { n, outcome };
      }),
    );
    expect(isKilled).toBe(true);
    expect(done.filter(({ outcome }) => outcome === "done").length).toBeGreaterThan(30);
    // What was acknowledged is in the log exactly once, and nothing else is.
    const log = await ds.query<{ request: string; n: number }[]>(
      "SELECT request, count(*)::int AS n FROM group_bank_log GROUP BY request",
    );
    const acknowledged = done.flatMap(({ n, outcome }) =>
      outcome === "done" ? [deeds[n]?.request ?? ""] : [],
    );
    expect(log.map(({ request }) => request).sort()).toEqual(acknowledged.sort());
    expect(log.every(({ n }) => n === 1)).toBe(true);
    const { coins } = await ask<{ coins: number }>(ann, home.url, "GET", `/${group}/bank`);
    const after = (await held(ds, characterOf(ann))).coins + (await held(ds, characterOf(bob))).coins;
    expect(coins + after).toBe(before);
    expect(await verifyLedger(ds)).toEqual([]);
  });
});
