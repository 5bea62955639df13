import type { Room } from "colyseus.js";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { callApi, enterRoom, signIn } from "../../bots/index.ts";
import { describeWithPostgresAndRedis } from "../helpers/cluster.ts";
import { type CuttableProxy, openProxy } from "../helpers/cuttable-proxy.ts";
import { newPostgresDatabase } from "../helpers/databases.ts";
import { type ServerProcess, startProcess } from "../helpers/server-process.ts";

const SCRIPT = ["tests/helpers/servers/settings-server.ts"];

/** What a process tells: that a room of it reads another value, or the answer to a change. */
type Told = {
  readonly from?: "table" | "tick";
  readonly wind?: number;
  readonly at: number;
  readonly ask?: number;
  readonly changed?: { before: unknown; after: unknown };
  readonly refused?: string;
  readonly text?: string;
};

describeWithPostgresAndRedis("live settings of two processes", (openRedis) => {
  let redis: Awaited<ReturnType<typeof openRedis>>;
  let database: Awaited<ReturnType<typeof newPostgresDatabase>>;
  let network: CuttableProxy;
  let one: ServerProcess;
  let two: ServerProcess;
  /** The process that has the yard, and the one that has not. */
  let home: ServerProcess;
  let away: ServerProcess;
  let ann: TestPlayer;
  let table: Room;
  const told = new Map<ServerProcess, Told[]>();
  let asked = 0;

  beforeAll(async () => {
    [redis, database] = await Promise.all([openRedis(), newPostgresDatabase()]);
    network = await openProxy(Number(new URL(redis.url).port));
    const env = { DATABASE_URL: database.url, REDIS_URL: `redis://127.0.0.1:${network.port}` };
    // One after the other: both would migrate.
    one = await startProcess(env, SCRIPT);
    two = await startProcess({ ...env, ROOMKEEP_PROFILE: "stress" }, SCRIPT);
    for (const server of [one, two]) {
      const all: Told[] = [];
      told.set(server, all);
      server.child.on("message", (message: Told) => void all.push(message));
    }
    ann = await joinAs(one.url, "yard", { name: "Ann" });
    await vi.waitUntil(() => [one, two].some((server) => reads(server, "tick").length > 0), 60_000);
    home = reads(one, "tick").length > 0 ? one : two;
    away = home === one ? two : one;
    const { token } = await signIn(one.url, { name: "Bob" });
    table = await enterRoom(one.url, "table", token, {});
  });
  afterAll(async () => {
    ann?.stop();
    table?.connection.close();
    await Promise.all([one, two].map((server) => server?.end("SIGKILL")));
    await network?.close();
    await redis?.close();
    await database?.close();
  });

  const reads = (server: ServerProcess, from: "table" | "tick") =>
    (told.get(server) ?? []).filter((one) => one.from === from);
  const windIn = (server: ServerProcess, from: "table" | "tick") => reads(server, from).at(-1)?.wind;

  async function change(server: ServerProcess, what: object): Promise<Told> {
    asked += 1;
    const ask = asked;
    server.child.send({ ask, ...what });
    await expect.poll(() => told.get(server)?.find((one) => one.ask === ask)).toBeDefined();
    return told.get(server)?.find((one) => one.ask === ask) as Told;
  }
  const setWind = (server: ServerProcess, wind: number | string, tell = true) =>
    change(server, { name: "YARD_WIND", value: String(wind), tell });
  /** The yard and its page have the wind. @returns ms from its commit to the tick that read it */
  async function arrives(wind: number, from: number): Promise<number> {
    await expect.poll(() => windIn(home, "tick")).toBe(wind);
    await ann.until("the wind", () => (ann.room.state as unknown as { wind: number }).wind === wind);
    return (reads(home, "tick").findLast((read) => read.wind === wind)?.at ?? 0) - from;
  }
  const say = (what: string, ms: number) => console.info(`${what}: read by the other's room after ${ms} ms`);

  it("are read in the room of the other process, by its ticks, its state and its page", async () => {
    const { changed, at } = await setWind(away, 42);
    expect(changed).toMatchObject({ after: 42 });
    say("a change", await arrives(42, at));
    // The room without a world, wherever it is.
    await expect.poll(() => [one, two].map((server) => windIn(server, "table"))).toContain(42);
    expect((table.state as { wind: number }).wind).toBeDefined();
    await expect.poll(() => (table.state as { wind: number }).wind).toBe(42);
  });

  it("refuse a wrong value in any process, and change it in none", async () => {
    const before = windIn(home, "tick");
    expect(await setWind(away, 101)).toMatchObject({
      refused: "SETTING_INVALID",
      text: expect.stringContaining("<=100"),
    });
    expect(await setWind(home, "strong")).toMatchObject({ refused: "SETTING_INVALID" });
    expect(await change(away, { name: "YARD_WINDS", value: "3" })).toMatchObject({
      refused: "SETTING_UNKNOWN",
    });
    // What comes after them is read, and nothing between.
    const { at } = await setWind(away, 43);
    await arrives(43, at);
    expect(
      reads(home, "tick")
        .map(({ wind }) => wind)
        .slice(-2),
    ).toEqual([before, 43]);
  });

  it("are caught where nobody is told", async () => {
    const { at } = await setWind(away, 44, false);
    say("a change that nobody was told of", await arrives(44, at));
  });

  it("are changed and read while Redis is down", async () => {
    network.cut();
    const { changed, at } = await setWind(away, 45);
    expect(changed).toMatchObject({ before: 44, after: 45 });
    say("a change while Redis was down", await arrives(45, at));
    network.mend();
    const again = await setWind(home, 46);
    await arrives(46, again.at);
  });

  it("switch flags on for players in rooms, and tell pages their own values and no rules", async () => {
    const { accessToken, account } = await callApi<{ accessToken: string; account: { id: string } }>(
      away.url,
      "POST",
      "/v1/accounts",
      { body: { name: "Cleo Flag", password: "correct horse battery" } },
    );
    const own = (server: ServerProcess) => callApi(server.url, "GET", "/v1/flags", { accessToken });
    expect(await own(home)).toEqual({ flags: { "crate-look": "oak" } });
    await change(away, { name: "crate-look", rules: [{ accounts: [account.id], value: "pine" }] });
    await expect.poll(() => own(home)).toEqual({ flags: { "crate-look": "pine" } });
    const coins = async () => {
      const answer = ann.message<number>("coins");
      ann.send("coins");
      return answer;
    };
    expect(await coins()).toBe(10);
    await change(away, { name: "double-coins", rules: [{ value: true }] });
    await expect.poll(coins, { interval: 200 }).toBe(20);
    expect(await change(home, { name: "double-coin", rules: [] })).toMatchObject({ refused: "FLAG_UNKNOWN" });
  });
});
