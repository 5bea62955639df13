import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AnyPlugin, Games } from "roomkeep/server";
import type { Carrier } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { deskOperator } from "../../helpers/desk/operators.ts";
import { layDatabase } from "../../helpers/server-process.ts";

const readme = await readFile(new URL("../../../plugins/leaderboards/README.md", import.meta.url), "utf8");
const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
const env = {
  ROOMKEEP_CACHE_SECONDS: "0",
  ROOMKEEP_LEADERBOARDS_CHECK_S: "1",
  ROOMKEEP_ADMIN_PASSWORD: "a long password",
};

let project: string;
let world: TestServer;
let ann: TestPlayer;
let bob: TestPlayer;
const asked = async (player: TestPlayer, path: string) =>
  callApi<Record<string, unknown>>(world.url, "GET", path, {
    accessToken: await accessTokenOf(world.url, player.token),
  });
const dataDir = () => join(project, "data");

/** The server of the README, by its text. */
beforeAll(async () => {
  project = await mkdtemp(fileURLToPath(new URL(".readme-", import.meta.url)));
  await writeFile(join(project, "main.ts"), example);
  const { games, plugins } = (await import(/* @vite-ignore */ join(project, "main.ts"))) as {
    games: Games;
    plugins: AnyPlugin[];
  };
  await layDatabase(join(dataDir(), "database"));
  world = await bootServer(games, { plugins, env, dataDir: dataDir() });
  ann = await world.join("button", { name: "Ann" });
  bob = await world.join("button", { name: "Bob" });
});
afterAll(async () => {
  await world.close();
  await rm(project, { recursive: true, force: true });
});

it("takes scores from rooms, and shows them by routes", async () => {
  ann.send("press", {});
  await expect.poll(() => asked(ann, "/v1/leaderboards/presses")).toMatchObject({ places: [{ score: 1 }] });
  for (let n = 0; n < 3; n++) bob.send("press", {});
  await expect
    .poll(() => asked(ann, "/v1/leaderboards/presses"))
    .toMatchObject({
      season: 1,
      places: [
        { rank: 1, name: "Bob", score: 3, mine: false },
        { rank: 2, name: "Ann", score: 1, mine: true },
      ],
      next: null,
    });
  expect(await asked(bob, "/v1/leaderboards/presses/around?beside=1")).toMatchObject({
    places: [{ rank: 1, mine: true }, { rank: 2 }],
  });
  const { boards } = await asked(ann, "/v1/leaderboards");
  expect(boards).toMatchObject([
    { name: "presses", label: "Presses of the button", order: "high", keep: "sum", season: 1, players: 2 },
  ]);
  const first = await asked(ann, "/v1/leaderboards/presses?limit=1");
  expect(first).toMatchObject({ places: [{ rank: 1 }] });
  expect(await asked(ann, `/v1/leaderboards/presses?limit=1&after=${first.next}`)).toMatchObject({
    places: [{ rank: 2 }],
    next: null,
  });
  // Who plays is known to the server alone.
  expect(JSON.stringify(first)).not.toContain("accountId");
});

it.each([
  ["/v1/leaderboards/jumps", "BOARD_UNKNOWN"],
  ["/v1/leaderboards/presses?limit=101", "MESSAGE_INVALID"],
  ["/v1/leaderboards/presses?limit=1e1", "MESSAGE_INVALID"],
  ["/v1/leaderboards/presses?after=here", "MESSAGE_INVALID"],
  ["/v1/leaderboards/presses/around?beside=-1", "MESSAGE_INVALID"],
  ["/v1/leaderboards/presses/seasons/1", "BOARD_UNKNOWN"],
  ["/v1/leaderboards/presses/seasons/one", "MESSAGE_INVALID"],
])("answers %s with %s", async (path, code) => {
  await expect(asked(ann, path)).rejects.toMatchObject({ code });
});

it("has no route that takes a score, and none for strangers", async () => {
  await expect(callApi(world.url, "GET", "/v1/leaderboards/presses")).rejects.toMatchObject({
    code: "TOKEN_INVALID",
  });
  const { paths } = await callApi<{ paths: Record<string, object> }>(world.url, "GET", "/v1/openapi.json");
  const methods = Object.entries(paths)
    .filter(([path]) => path.startsWith("/v1/leaderboards"))
    .flatMap(([, path]) => Object.keys(path));
  expect(methods).toEqual(["get", "get", "get", "get", "get"]);
});

it("pays the winner of a season who is in a room, and the room shows it", async () => {
  const { ds } = world.server.foundation.database;
  const before = (bob.me() as Carrier).coins;
  await ds.query("UPDATE leaderboard_season SET ends_at = now() - interval '1 second'");
  // By the round of the process itself.
  await bob.until("the prize", () => (bob.me() as Carrier).coins === before + 50);
  expect(await asked(bob, "/v1/leaderboards/presses/seasons/1")).toMatchObject({
    results: [
      { rank: 1, name: "Bob", mine: true, prize: { coins: 50, items: [{ template: "cup", qty: 1 }] } },
      { rank: 2, name: "Ann", mine: false, prize: { coins: 50, items: [] } },
    ],
  });
  const mail = await ds.query("SELECT template FROM item WHERE container = $1", [`mail:${bob.characterId}`]);
  expect(mail).toEqual([{ template: "cup" }]);
  expect(await asked(ann, "/v1/leaderboards")).toMatchObject({
    boards: [{ season: 2, players: 0, ended: [1] }],
  });
  const authorization = `Basic ${Buffer.from("admin:a long password").toString("base64")}`;
  const metrics = await (await fetch(`${world.url}/metrics`, { headers: { authorization } })).text();
  expect(metrics).toContain('roomkeep_leaderboards_seasons_ended_total{board="presses"} 1');
  expect(metrics).toContain('roomkeep_leaderboards_submits_total{board="presses",outcome="taken"} 4');
});

it("lets operators read the boards, take a score off and end a season, each act with a reason", async () => {
  const { ds } = world.server.foundation.database;
  const admin = await deskOperator(ds, world.url, "boards-admin", "admin");
  const moderator = await deskOperator(ds, world.url, "boards-mod", "moderator");
  const desk = "/v1/admin/leaderboards";
  for (const player of [ann, bob]) player.send("press", {});
  const places = async () => (await admin.ask(`${desk}/places?board=presses`)).body.places;
  await expect.poll(async () => (await places()).length).toBe(2);
  expect((await admin.ask(`${desk}/list`)).body.boards).toMatchObject([
    { name: "presses", season: 2, players: 2, ended: [1] },
  ]);
  expect((await admin.ask(`${desk}/results?board=presses&season=1`)).body.results).toMatchObject([
    { rank: 1, name: "Bob", hasPrize: true, isPaid: true },
    { rank: 2, name: "Ann", hasPrize: true, isPaid: true },
  ]);
  const { account } = (await places()).find(({ name }: { name: string }) => name === "Ann");
  const about = await admin.ask(`${desk}/places?board=presses&account=${account}&limit=1`);
  expect(about.body.places).toMatchObject([{ name: "Ann", account }]);
  const remove = { board: "presses", account, reason: "a cheat" };
  expect((await moderator.ask(`${desk}/remove`, { ...remove, reason: " " })).body.code).toBe(
    "MESSAGE_INVALID",
  );
  expect((await moderator.ask(`${desk}/remove`, { ...remove, board: "jumps" })).body.code).toBe(
    "BOARD_UNKNOWN",
  );
  expect((await moderator.ask(`${desk}/remove`, remove)).body).toEqual({ removed: true });
  expect((await moderator.ask(`${desk}/remove`, remove)).body.code).toBe("ACCOUNT_UNKNOWN");
  expect(await places()).toMatchObject([{ rank: 1, name: "Bob" }]);
  const end = { board: "presses", season: 2, reason: "a broken week" };
  expect((await moderator.ask(`${desk}/end`, end)).body.code).toBe("ROLE_NEEDED");
  expect((await admin.ask(`${desk}/end`, end)).body).toEqual({ ended: true });
  expect((await admin.ask(`${desk}/end`, end)).body).toEqual({ ended: false });
  expect((await admin.ask(`${desk}/list`)).body.boards).toMatchObject([{ season: 3, players: 0 }]);
  const noted = await ds.query(
    "SELECT outcome, concerns FROM audit_entry WHERE line LIKE '%leaderboards remove%' ORDER BY seq",
  );
  expect(noted.at(-2)).toEqual({ outcome: "done", concerns: account });
});

it("limits how often an account asks", async () => {
  const cid = await world.join("button", { name: "Cid" });
  const accessToken = await accessTokenOf(world.url, cid.token);
  const ask = () => callApi(world.url, "GET", "/v1/leaderboards/presses/around", { accessToken });
  for (let n = 0; n < 60; n++) await ask();
  await expect(ask()).rejects.toMatchObject({ code: "RATE_LIMITED" });
});

it("is removed by its line: the server starts on the same rows, without routes and without an error", async () => {
  const { games } = (await import(/* @vite-ignore */ join(project, "main.ts"))) as { games: Games };
  await world.close();
  world = await bootServer(games, { env, dataDir: dataDir() });
  const dan = await world.join("button", { name: "Dan" });
  expect((await fetch(`${world.url}/v1/leaderboards`)).status).toBe(404);
  dan.send("press", {});
  await dan.patches(3);
  const rows = await world.server.foundation.database.ds.query("SELECT number FROM leaderboard_season");
  expect(rows).toHaveLength(3);
});
