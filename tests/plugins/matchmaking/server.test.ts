import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorldRoom } from "roomkeep/rooms";
import type { AnyPlugin, Games } from "roomkeep/server";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi, signIn } from "../../../bots/index.ts";
import type { PlayedMatch, TicketView } from "../../../plugins/matchmaking/index.ts";
import { deskOperator } from "../../helpers/desk/operators.ts";
import { layDatabase } from "../../helpers/server-process.ts";

const readme = await readFile(new URL("../../../plugins/matchmaking/README.md", import.meta.url), "utf8");
const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
const password = "a long password";

let project: string;
let world: TestServer;
let games: Games;
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
  await layDatabase(join(dataDir(), "database"));
  world = await bootServer(games, {
    plugins: read.plugins,
    env: { ROOMKEEP_MATCHMAKING_PASS_MS: "100", ROOMKEEP_ADMIN_PASSWORD: password },
    dataDir: dataDir(),
  });
});
afterAll(async () => {
  await world.close();
  await rm(project, { recursive: true, force: true });
});

interface Guest {
  token: string;
}
const guest = async (name: string): Promise<Guest> => signIn(world.url, { name });
const ask = async <T>(who: Guest, method: string, path: string, body?: unknown) =>
  callApi<T>(world.url, method, `/v1/matchmaking${path}`, {
    accessToken: await accessTokenOf(world.url, who.token),
    body,
  });
const ticketOf = (who: Guest) => ask<TicketView>(who, "GET", "/ticket");
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );
const seek = (who: Guest, more: object = {}) =>
  ask<TicketView>(who, "POST", "/ticket", { queue: "duel", ...more });
async function reaches(who: Guest, state: TicketView["state"]): Promise<TicketView> {
  // Not so often that the route refuses it.
  await expect.poll(async () => (await ticketOf(who)).state, { interval: 700 }).toBe(state);
  return ticketOf(who);
}
async function start(ann: Guest, bob: Guest): Promise<string> {
  await seek(ann);
  await seek(bob);
  const { match } = await reaches(ann, "ready");
  await ask(ann, "POST", `/matches/${match}/ready`);
  await ask(bob, "POST", `/matches/${match}/ready`);
  return (await reaches(bob, "open")).code ?? "";
}

let players: [TestPlayer, TestPlayer];

it("finds a match, checks who is ready, and keeps the seats of its room for those alone", async () => {
  const [ann, bob, eve] = [await guest("Ann"), await guest("Bob"), await guest("Eve")];
  expect(await ask(ann, "GET", "")).toMatchObject({
    queues: [{ name: "duel", label: "Duel", teams: [1, 1], party: 1, rating: 0, games: 0 }],
  });
  expect(await ticketOf(ann)).toMatchObject({ state: "none" });
  expect(await codeOf(seek(ann, { properties: { mode: 7 } }))).toBe("QUEUE_PROPERTY_INVALID");
  expect(await codeOf(seek(ann, { queue: "duo" }))).toBe("QUEUE_UNKNOWN");
  expect(await codeOf(seek(ann, { latency: { eu: 5 } }))).toBe("QUEUE_LATENCY_INVALID");
  const code = await start(ann, bob);
  expect(await codeOf(seek(ann))).toBe("QUEUE_MEMBER");
  // The page was loaded anew: the ticket is there as it was.
  expect(await ticketOf(ann)).toMatchObject({ state: "open", game: "arena", code, team: expect.any(Number) });
  const first = await world.join("arena", { token: ann.token, code });
  const stranger = world.join("arena", { token: eve.token, code });
  await expect(stranger).rejects.toThrow("MATCH_RESERVED");
  players = [first, await world.join("arena", { token: bob.token, code })];
  expect(players.map(({ room }) => room.roomId)).toEqual([code, code]);
  await reaches(ann, "none");
  await reaches(bob, "none");
});

it("is rated by its room, and shows it to those who played", async () => {
  const [ann, bob] = players;
  const told = bob.message("matchmaking.changed");
  ann.send("win", {});
  await told;
  const played = async (who: Guest) =>
    (await ask<{ matches: PlayedMatch[] }>(who, "GET", "/matches")).matches[0];
  await expect.poll(async () => (await played(ann))?.rank).toBe(1);
  expect((await played(ann))?.after).toBeGreaterThan((await played(bob))?.after ?? 0);
  ann.send("win", {});
  expect(await ask(ann, "GET", "")).toMatchObject({ queues: [{ games: 1 }] });
});

it("tells who is in a room, gives the seat back of who does not come, and counts what happened", async () => {
  const [ann, bob] = players;
  const [kim, lee] = [await guest("Kim"), await guest("Lee")];
  await seek(kim);
  await seek(lee);
  const { match } = await reaches(kim, "ready");
  await ask(lee, "POST", `/matches/${match}/decline`);
  expect(await ticketOf(kim)).toMatchObject({ state: "waiting" });
  expect(await codeOf(seek(lee))).toBe("QUEUE_PENALTY");
  const changed = ann.message("matchmaking.changed");
  await seek(ann);
  await changed;
  const found = await reaches(ann, "ready");
  await ask(kim, "DELETE", "/ticket");
  expect(await codeOf(ask(ann, "POST", `/matches/${found.match}/ready`))).toBe("READY_OVER");
  await ask(ann, "DELETE", "/ticket");
  expect(await codeOf(ask(ann, "DELETE", "/ticket"))).toBe("QUEUE_NONE");
  const metrics = await (
    await fetch(`${world.url}/metrics`, {
      headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` },
    })
  ).text();
  expect(metrics).toMatch(/roomkeep_matchmaking_events_total\{event="drop"[^}]*\} [1-9]/);
  expect(metrics).toMatch(/roomkeep_matchmaking_events_total\{event="result"[^}]*\} 1/);
  for (const one of [ann, bob]) await one.leave();
});

it("keeps the seats of a match whose room goes to another process, and rates it there", async () => {
  const [ann, bob, eve] = [await guest("Amy"), await guest("Bo"), await guest("Ed")];
  const code = await start(ann, bob);
  const both = [
    await world.join("arena", { token: ann.token, code }),
    await world.join("arena", { token: bob.token, code }),
  ] as [TestPlayer, TestPlayer];
  await world.room<WorldRoom>(code).moveOut();
  for (const player of both) await player.until("the other room", () => player.room.roomId !== code);
  const { roomId } = both[0].room;
  expect(both[1].room.roomId).toBe(roomId);
  await expect(world.join("arena", { token: eve.token, code: roomId })).rejects.toThrow("MATCH_RESERVED");
  both[1].send("win", {});
  const played = async () => (await ask<{ matches: PlayedMatch[] }>(bob, "GET", "/matches")).matches[0]?.rank;
  await expect.poll(played).toBe(1);
  for (const player of both) await player.leave();
});

it("opens another room when the first one has gone before anybody came", async () => {
  const [ann, bob] = [await guest("Ada"), await guest("Ben")];
  const code = await start(ann, bob);
  await world.room(code).disconnect();
  await expect.poll(async () => (await ticketOf(ann)).code, { interval: 700 }).not.toBe(code);
  const next = (await reaches(ann, "open")).code ?? "";
  const player = await world.join("arena", { token: ann.token, code: next });
  expect(player.room.roomId).toBe(next);
  await player.leave();
});

it("is looked after by operators: queues, tickets, ratings, and what is forgiven", async () => {
  const { ds } = world.server.foundation.database;
  const admin = await deskOperator(ds, world.url, "match-admin", "admin");
  const moderator = await deskOperator(ds, world.url, "match-mod", "moderator");
  const at = (verb: string) => `/v1/admin/matchmaking/${verb}`;
  const late = await guest("Lou");
  // Another property than those before: a running match would be filled up with this one.
  const wait = () => seek(late, { properties: { mode: "bow" } });
  const queue = { queue: "duel", reason: "a test" };
  expect((await moderator.ask(at("close"), queue)).body.code).toBe("ROLE_NEEDED");
  expect((await admin.ask(at("close"), { ...queue, queue: "duo" })).body.code).toBe("QUEUE_UNKNOWN");
  expect((await admin.ask(at("close"), queue)).body).toEqual({ closed: true });
  expect(await codeOf(wait())).toBe("QUEUE_CLOSED");
  expect((await admin.ask(at("open"), queue)).body).toEqual({ closed: false });
  await wait();
  expect((await admin.ask(at("queues"))).body).toMatchObject({
    queues: [{ queue: "duel", closed: false, waiting: 1, waitS: expect.any(Number) }],
  });
  const { tickets } = (await admin.ask(`${at("tickets")}?queue=duel`)).body as {
    tickets: { accounts: string[]; match: string | null }[];
  };
  const account = tickets.find(({ match }) => match === null)?.accounts[0] ?? "";
  expect((await admin.ask(`${at("player")}?account=${account}`)).body).toEqual({
    ratings: [],
    declined: 0,
    penaltyUntil: null,
  });
  await ds.query("INSERT INTO matchmaking_penalty VALUES ($1, 2, now(), now() + interval '1 hour')", [
    account,
  ]);
  await ask(late, "DELETE", "/ticket");
  expect(await codeOf(wait())).toBe("QUEUE_PENALTY");
  const forgive = { account, reason: "by mistake" };
  expect((await admin.ask(at("forgive"), forgive)).body).toEqual({ forgiven: true });
  expect((await admin.ask(at("forgive"), forgive)).body).toEqual({ forgiven: false });
  await wait();
  await ask(late, "DELETE", "/ticket");
  const audit = await ds.query("SELECT count(*)::int AS n FROM audit_entry WHERE line LIKE '%matchmaking %'");
  expect(audit[0].n).toBeGreaterThanOrEqual(3);
});

it("is a server that starts without the plugin", async () => {
  await world.close();
  world = await bootServer(games, { dataDir: dataDir() });
  expect((await fetch(`${world.url}/v1/matchmaking`)).status).toBe(404);
  const ann = await world.join("arena", { name: "Ann" });
  ann.send("chat", { text: "hello" });
  expect(await ann.message("chat")).toMatchObject({ text: "hello" });
  await ann.leave();
});
