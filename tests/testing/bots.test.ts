import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BotReport } from "../../bots/index.ts";
import type { TagRoom } from "../../games/tag/room.ts";
import { games } from "../../server/main.ts";
import { roomkeep } from "../helpers/cli.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer(games);
});
afterAll(() => world.close());

it("fills a room with players that walk and chat, and reports in JSON after the given time", async () => {
  const bots = roomkeep(["bots", "plaza", "--count", "8", "--url", world.url, "--seconds", "8", "--json"]);
  const watcher = await world.join("plaza", { name: "Watcher" });
  const avatars = () =>
    [...watcher.room.state.actors.entries()].filter(([, actor]) => actor.kind === "avatar");
  await watcher.until("8 bots and the watcher", () => avatars().length === 9);
  const before = new Map(avatars().map(([id, { x, z }]) => [id, { x, z }]));
  const moved = () =>
    avatars().filter(([id, { x, z }]) => {
      const was = before.get(id);
      return was !== undefined && Math.hypot(x - was.x, z - was.z) > 1;
    }).length;
  await watcher.until("most bots to walk", () => moved() >= 5);

  expect(await bots.ended).toBe(0);
  const report = JSON.parse(bots.stdout()) as BotReport;
  expect(report).toMatchObject({ joined: 8, failed: 0, errors: {} });
  expect(report.seconds).toBeGreaterThanOrEqual(8);
  expect(report.patches).toBeGreaterThan(8 * 10);
  expect(report.bytes).toBeGreaterThan(1000);
  expect(report.chats).toBeGreaterThan(0);
  expect(watcher.received.get("chat")?.length).toBeGreaterThan(0);
  expect(report.ticksHz).toBeGreaterThan(5);
  expect(report.ticksHz).toBeLessThan(21);
  // They left: nobody keeps a seat.
  await watcher.until("the bots to be gone", () => avatars().length === 1);
  await watcher.leave();
});

it("stops on Ctrl-C, and everybody leaves", async () => {
  const watcher = await world.join("plaza", { name: "Watcher", create: true });
  const bots = roomkeep(["bots", "plaza", "--count", "3", "--url", world.url, "--code", watcher.room.roomId]);
  await watcher.until("3 bots", () => world.room(watcher.room.roomId).players.size === 4);
  expect(await bots.stop("SIGINT")).toBe(0);
  expect(bots.stdout()).toContain("3 bots for");
  expect(world.room(watcher.room.roomId).players.size).toBe(1);
});

it("plays along: in a lobby bots mark themselves ready, and the round begins", async () => {
  const host = await world.join("tag", { name: "Host", create: true });
  const { roomId } = host.room;
  const bots = roomkeep(["bots", "tag", "--count", "2", "--url", world.url, "--code", roomId]);
  const room = world.room<TagRoom>(roomId);
  await host.until("2 bots", () => room.players.size === 3);
  host.room.send("ready", { ready: true });
  await host.until("the countdown", () => room.state.phase !== "lobby");
  await bots.stop("SIGINT");
});

it("says what is wrong: no server, no such room, a count out of range", async () => {
  const deaf = roomkeep(["bots", "plaza", "--count", "1", "--url", "http://127.0.0.1:1", "--seconds", "1"]);
  const unknown = roomkeep([
    "bots",
    "nowhere",
    "--count",
    "1",
    "--url",
    world.url,
    "--seconds",
    "1",
    "--json",
  ]);
  const many = roomkeep(["bots", "plaza", "--count", "5000"]);
  expect(await deaf.ended).toBe(1);
  expect(deaf.stdout()).toContain("1 failed");
  expect(await unknown.ended).toBe(1);
  expect(JSON.parse(unknown.stdout())).toMatchObject({ joined: 0, failed: 1 });
  expect(await many.ended).toBe(1);
  expect(many.output()).toContain("--count takes a whole number from 1 to 1000");
});
