import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorldRoom } from "roomkeep/rooms";
import type { AnyPlugin, Games } from "roomkeep/server";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi, signIn } from "../../../bots/index.ts";
import type { OwnMatch, ShownMatch, ShownTournament } from "../../../plugins/tournaments/index.ts";
import { type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";
import { layDatabase } from "../../helpers/server-process.ts";

const readme = await readFile(new URL("../../../plugins/tournaments/README.md", import.meta.url), "utf8");
const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
const password = "a long password";

let project: string;
let world: TestServer;
let games: Games;
let ds: DataSource;
let admin: DeskOperator;
let moderator: DeskOperator;
const dataDir = () => join(project, "data");

/** The server of the README, by its text. */
beforeAll(async () => {
  project = await mkdtemp(fileURLToPath(new URL(".readme-", import.meta.url)));
  await writeFile(join(project, "main.ts"), example);
  const read = (await import(/* @vite-ignore */ join(project, "main.ts"))) as {
    games: Games;
    plugins: AnyPlugin[];
  };
  games = read.games;
  const env = { ROOMKEEP_TOURNAMENTS_CHECK_S: "0.2", ROOMKEEP_ADMIN_PASSWORD: password };
  await layDatabase(join(dataDir(), "database"));
  world = await bootServer(games, { plugins: read.plugins, env, dataDir: dataDir() });
  ({ ds } = world.server.foundation.database);
  admin = await deskOperator(ds, world.url, "cups-admin", "admin");
  moderator = await deskOperator(ds, world.url, "cups-mod", "moderator");
});
afterAll(async () => {
  await world.close();
  await rm(project, { recursive: true, force: true });
});

interface Guest {
  readonly token: string;
  readonly characterId: string;
}
/** Somebody with 100 coins. */
async function guest(name: string): Promise<Guest> {
  const { token } = await signIn(world.url, { name });
  const [row] = await ds.query("UPDATE character SET coins = 100 WHERE name = $1 RETURNING id", [name]);
  return { token, characterId: row[0].id };
}
const coinsOf = async ({ characterId }: Guest) =>
  Number((await ds.query("SELECT coins FROM character WHERE id = $1", [characterId]))[0].coins);
const ask = async <T>(who: Guest, method: string, path: string) =>
  callApi<T>(world.url, method, `/v1/tournaments${path}`, {
    accessToken: await accessTokenOf(world.url, who.token),
  });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );
const desk = async (verb: string, body: object, by = admin) =>
  (await by.ask(`/v1/admin/tournaments/${verb}`, { ...body, reason: "a test" })).body;
const bracketOf = async (who: Guest, id: string) =>
  (await ask<{ matches: ShownMatch[] }>(who, "GET", `/${id}/bracket`)).matches;
/** The match that waits for somebody, once its room is open. */
async function ownMatch(who: Guest, unlike?: string): Promise<OwnMatch & { code: string }> {
  const read = async () => (await ask<{ matches: OwnMatch[] }>(who, "GET", "/matches")).matches[0];
  await expect
    .poll(async () => ![undefined, null, unlike].includes((await read())?.code), { interval: 600 })
    .toBe(true);
  return (await read()) as OwnMatch & { code: string };
}
const enter = ({ token }: Guest, { code }: { code: string }): Promise<TestPlayer> =>
  world.join("arena", { token, code });
/** Both have come in, as the database has it. */
const checkedIn = (code: string) =>
  expect
    .poll(() => ds.query("SELECT a_here AND b_here AS here FROM tournament_match WHERE room_id = $1", [code]))
    .toEqual([{ here: true }]);

let id: string;
let ann: Guest;
let bob: Guest;
let eve: Guest;

it("announces the next one of a cron by itself, and operators another one, whose registration they open", async () => {
  [ann, bob, eve] = [await guest("Ann"), await guest("Bob"), await guest("Eve")];
  const list = async () => (await ask<{ tournaments: ShownTournament[] }>(ann, "GET", "")).tournaments;
  await expect.poll(async () => (await list()).length).toBe(1);
  expect(await list()).toMatchObject([
    {
      cup: "duel",
      label: "Friday duel",
      kind: "bracket",
      least: 2,
      most: 16,
      fee: { coins: 10 },
      mine: false,
    },
  ]);
  const starts = new Date(Date.now() + 48 * 3_600_000).toISOString();
  expect((await desk("create", { cup: "duel", starts }, moderator)).code).toBe("ROLE_NEEDED");
  expect((await desk("create", { cup: "duet", starts })).code).toBe("TOURNAMENT_INVALID");
  id = (await desk("create", { cup: "duel", starts, label: "Test duel" })).tournament;
  expect(await codeOf(ask(ann, "POST", `/${id}/entry`))).toBe("TOURNAMENT_CLOSED");
  expect(await desk("open", { tournament: id })).toEqual({ opened: true });
  for (const one of [ann, bob, eve]) await ask(one, "POST", `/${id}/entry`);
  expect(await codeOf(ask(eve, "POST", `/${id}/entry`))).toBe("TOURNAMENT_MEMBER");
  await ask(eve, "DELETE", `/${id}/entry`);
  expect(await coinsOf(eve)).toBe(100);
  await ask(eve, "POST", `/${id}/entry`);
  expect(await coinsOf(eve)).toBe(90);
  const { entrants } = await ask<{ entrants: { name: string; mine: boolean }[] }>(ann, "GET", `/${id}`);
  expect(entrants.map(({ name, mine }) => [name, mine])).toEqual([
    ["Ann", true],
    ["Bob", false],
    ["Eve", false],
  ]);
  expect(JSON.stringify(entrants)).not.toContain("account");
});

it("opens a room for the two of a match alone, and another one when it dies, and takes the result from it", async () => {
  await ds.query("UPDATE tournament SET starts_at = now() WHERE id = $1", [id]);
  await expect.poll(() => bracketOf(ann, id), { interval: 600 }).toHaveLength(4);
  const matches = await bracketOf(ann, id);
  const bye = matches.find(({ end }) => end === "bye")?.a?.name;
  const all = [ann, bob, eve] as const;
  const names = ["Ann", "Bob", "Eve"];
  const idle = all[names.indexOf(bye ?? "")] as Guest;
  const [one, two] = all.filter((who) => who !== idle) as [Guest, Guest];
  const first = await ownMatch(one);
  expect(first).toMatchObject({ label: "Test duel", round: 1, game: "arena" });
  const players = [await enter(one, first)];
  await expect(enter(idle, first)).rejects.toThrow("MATCH_RESERVED");
  players.push(await enter(two, first));
  await checkedIn(first.code);
  for (const player of players) await player.leave();
  const again = await ownMatch(one, first.code);
  const [winner, loser] = [await enter(one, again), await enter(two, again)];
  await checkedIn(again.code);
  winner.send("win", {});
  const final = await ownMatch(idle);
  expect(final).toMatchObject({ round: 2 });
  await winner.leave();
  await loser.leave();
  const finalists = [await enter(one, final), await enter(idle, final)];
  await checkedIn(final.code);
  // A drain takes the room to another process: it stays that of the match.
  await world.room<WorldRoom>(final.code).moveOut();
  for (const player of finalists)
    await player.until("the other room", () => player.room.roomId !== final.code);
  const moved = { code: finalists[0]?.room.roomId ?? "" };
  await expect(enter(two, moved)).rejects.toThrow("MATCH_RESERVED");
  finalists[1]?.send("win", {});
  await expect.poll(() => coinsOf(idle)).toBe(90 + 21 + 50);
  await expect.poll(() => coinsOf(one)).toBe(99);
  expect(await coinsOf(two)).toBe(90);
  for (const player of finalists) await player.leave();
  const { entries } = (await admin.ask(`/v1/admin/tournaments/entries?tournament=${id}`)).body;
  expect(entries).toMatchObject([
    { rank: 1, owed: "prize", isPaid: true },
    { rank: 2, owed: "prize", isPaid: true },
    { rank: 3, owed: null },
  ]);
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
  const metrics = await (await fetch(`${world.url}/metrics`, { headers: { authorization } })).text();
  for (const [event, n] of Object.entries({
    start: 1,
    end: 1,
    result: 2,
    prize: 2,
    join: 4,
    leave: 1,
  }))
    expect(metrics).toContain(`roomkeep_tournaments_events_total{event="${event}"} ${n}`);
  expect(metrics).toMatch(/roomkeep_tournaments_events_total\{event="reopen"\} [1-9]/);
});

it("takes scores from rooms, and has no route for them", async () => {
  const starts = new Date(Date.now() + 3_600_000).toISOString();
  const sprint = (await desk("create", { cup: "sprint", starts })).tournament;
  for (const one of [ann, bob]) await ask(one, "POST", `/${sprint}/entry`);
  await ds.query("UPDATE tournament SET starts_at = now() WHERE id = $1", [sprint]);
  const stateOf = async () =>
    (await ask<{ tournament: ShownTournament }>(ann, "GET", `/${sprint}`)).tournament.state;
  await expect.poll(stateOf, { interval: 600 }).toBe("running");
  const player = await world.join("arena", { token: bob.token });
  player.send("score", { points: 12.5 });
  const scores = async () =>
    (await admin.ask(`/v1/admin/tournaments/entries?tournament=${sprint}`)).body.entries.map(
      ({ name, score }: { name: string; score: number }) => [name, score],
    );
  await expect.poll(scores).toEqual([
    ["Bob", 12.5],
    ["Ann", null],
  ]);
  await player.leave();
  const { paths } = await callApi<{ paths: Record<string, object> }>(world.url, "GET", "/v1/openapi.json");
  const methods = Object.entries(paths)
    .filter(([path]) => path.startsWith("/v1/tournaments"))
    .flatMap(([path, path_]) => Object.keys(path_).map((method) => `${method} ${path.split("/").at(-1)}`));
  expect(methods.filter((one) => !one.startsWith("get"))).toEqual(["post entry", "delete entry"]);
});

it("lets operators cancel and decide, each act with a reason, and answers by name what is none", async () => {
  const starts = new Date(Date.now() + 7_200_000).toISOString();
  const other = (await desk("create", { cup: "duel", starts })).tournament;
  for (const one of [ann, bob]) await ask(one, "POST", `/${other}/entry`);
  const had = await coinsOf(ann);
  await ds.query("UPDATE tournament SET starts_at = now() WHERE id = $1", [other]);
  await expect.poll(() => bracketOf(ann, other), { interval: 600 }).toHaveLength(1);
  const { matches } = (await admin.ask(`/v1/admin/tournaments/matches?tournament=${other}`)).body;
  const decide = { tournament: other, round: 1, slot: 0, winner: matches[0].b.account };
  expect((await desk("decide", decide, moderator)).code).toBe("ROLE_NEEDED");
  expect((await desk("decide", { ...decide, slot: 3 })).code).toBe("TOURNAMENT_MATCH_UNKNOWN");
  expect((await admin.ask("/v1/admin/tournaments/decide", decide)).body.code).toBe("MESSAGE_INVALID");
  expect(await desk("decide", decide)).toEqual({ decided: true });
  expect((await desk("decide", decide)).code).toBe("TOURNAMENT_MATCH_OVER");
  const cancelled = { tournament: other, why: "a test" };
  expect((await desk("cancel", cancelled)).code).toBe("TOURNAMENT_OVER");
  const third = (await desk("create", { cup: "duel", starts })).tournament;
  await ask(ann, "POST", `/${third}/entry`);
  expect((await desk("cancel", { ...cancelled, tournament: third }, moderator)).code).toBe("ROLE_NEEDED");
  expect(await desk("cancel", { ...cancelled, tournament: third })).toEqual({ cancelled: true });
  const prize = matches[0].b.name === "Ann" ? 14 + 50 : 6;
  await expect.poll(() => coinsOf(ann)).toBe(had + prize);
  expect((await admin.ask("/v1/admin/tournaments/list")).body.tournaments).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: third, state: "cancelled", why: "a test" })]),
  );
  const noted = await ds.query(
    "SELECT outcome, concerns FROM audit_entry WHERE line LIKE '%tournaments decide%' ORDER BY seq",
  );
  expect(noted.at(-2)).toEqual({ outcome: "done", concerns: matches[0].b.account });
  for (const path of ["/none", `/${crypto.randomUUID()}`, `/${crypto.randomUUID()}/bracket`])
    expect(await codeOf(ask(ann, "GET", path))).toBe("TOURNAMENT_UNKNOWN");
  await expect(callApi(world.url, "GET", "/v1/tournaments")).rejects.toMatchObject({ code: "TOKEN_INVALID" });
});

it("is removed by its line: the server starts on the same rows, without routes and without an error", async () => {
  await world.close();
  world = await bootServer(games, { dataDir: dataDir() });
  expect((await fetch(`${world.url}/v1/tournaments`)).status).toBe(404);
  const dan = await world.join("arena", { name: "Dan" });
  dan.send("win", {});
  await dan.patches(3);
  const rows = await world.server.foundation.database.ds.query("SELECT 1 FROM tournament");
  expect(rows.length).toBeGreaterThan(3);
  await dan.leave();
});
