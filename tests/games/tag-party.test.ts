import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  avatarOf,
  LongTagRoom,
  party,
  rolesOf,
  runTo,
  ShortTagRoom,
  seen,
  ticks,
  untilPhase,
} from "../helpers/tag.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ tag: ShortTagRoom, long: LongTagRoom });
});
afterAll(() => world.close());

const roomOf = (player: TestPlayer) => world.room<LongTagRoom>(player.room.roomId);
const leaderOf = (player: TestPlayer) => seen(player).leader;
const idOf = (player: TestPlayer) => player.room.sessionId;

/** Cuts a connection in the way that a lost network does; the SDK does not come back before it is told to. */
function drop(player: TestPlayer) {
  player.room.reconnection.enabled = false;
  player.room.connection.close(4010);
}

it("lets a late joiner watch, out of reach, and play the next round", async () => {
  const [ann, bo] = (await party(world, "tag", 2)) as [TestPlayer, TestPlayer];
  const room = roomOf(ann);
  room.roundS = 6;
  ann.room.send("start", {});
  await untilPhase(ann, "round");
  const cleo = await world.join("tag", { name: "Cleo", code: ann.room.roomId });
  expect(avatarOf(cleo)).toMatchObject({ watching: true });
  expect(avatarOf(cleo).y).toBeCloseTo(1.2); // on the deck
  room.roundS = 1.5; // of the next round

  const { hunter } = rolesOf([ann, bo]);
  await hunter.until("Cleo", () => avatarOf(hunter, cleo) !== undefined);
  const near = () => {
    const a = room.players.get(idOf(hunter))!.avatar;
    const b = room.players.get(idOf(cleo))!.avatar;
    return Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z) < 0.8;
  };
  // Down from the deck to a place in the open, where they stand in each other.
  const place = () => ({ x: -4, z: 12 });
  await Promise.all([runTo(cleo, place, near, 90), runTo(hunter, place, near, 90)]);
  expect(near()).toBe(true);
  await ticks(ann.room.roomId, 5);
  expect(room.state.it).toBe(idOf(hunter));

  await untilPhase(cleo, "scores");
  expect([...seen(cleo).board].map(({ name }) => name).sort()).toEqual(["Player 1", "Player 2"]);
  expect(avatarOf(cleo).watching).toBe(false);
  ann.room.send("rematch", {});
  await untilPhase(cleo, "round");
  expect(avatarOf(cleo).watching).toBe(false);
  await untilPhase(cleo, "scores");
  expect([...seen(cleo).board].map(({ name }) => name)).toContain("Cleo");
});

it("takes twelve into a round and lets who had to watch go first in the next", async () => {
  const players = await party(world, "tag", 13);
  const [ann] = players as [TestPlayer];
  const room = roomOf(ann);
  room.roundS = 0.5;
  const watchers = () => players.filter((player) => avatarOf(ann, player).watching);
  ann.room.send("start", {});
  await untilPhase(ann, "countdown");
  expect(watchers()).toEqual([players[12]]);
  const places = [...room.players.values()].slice(0, 12).map(({ avatar }) => avatar);
  for (const a of places) {
    for (const b of places) if (a !== b) expect(Math.hypot(a.x - b.x, a.z - b.z)).toBeGreaterThan(3);
  }
  await untilPhase(ann, "scores");
  expect(watchers()).toEqual([]);
  ann.room.send("rematch", {});
  await untilPhase(ann, "countdown");
  expect(watchers()).toEqual([players[11]]);
});

it("lets the leader hand over the lead, and passes it on when the leader leaves", async () => {
  const [ann, bo, cleo] = (await party(world, "long", 3)) as [TestPlayer, TestPlayer, TestPlayer];
  expect(leaderOf(bo)).toBe(idOf(ann));
  ann.room.send("lead", { to: idOf(cleo) });
  await bo.until("Cleo to lead", () => leaderOf(bo) === idOf(cleo));
  await cleo.leave();
  await bo.until("somebody else to lead", () => leaderOf(bo) === idOf(ann));
});

it("passes the lead on when all others are ready and the leader does not start", async () => {
  const [ann, bo, cleo] = (await party(world, "long", 3)) as [TestPlayer, TestPlayer, TestPlayer];
  bo.room.send("ready", { ready: true });
  await bo.until("Bo to be ready", () => avatarOf(bo).ready);
  await ticks(bo.room.roomId, 15);
  // Cleo is not ready: nobody waits for the leader alone.
  expect(leaderOf(bo)).toBe(idOf(ann));
  cleo.room.send("ready", { ready: true });
  await cleo.until("Bo to lead", () => leaderOf(cleo) === idOf(bo));
  bo.room.send("start", {});
  await untilPhase(cleo, "countdown");
});

it("keeps the lead of a leader whose connection dropped, until the seat is given up", async () => {
  const [ann, bo] = (await party(world, "long", 2)) as [TestPlayer, TestPlayer];
  const room = roomOf(ann);
  drop(ann);
  await bo.until("Ann to be away", () => avatarOf(bo, ann).away);
  await ticks(bo.room.roomId, 10);
  expect(leaderOf(bo)).toBe(idOf(ann));
  room.players.get(idOf(ann))!.hold!.reject(new Error("the 30 seconds are over"));
  await bo.until("Bo to lead", () => leaderOf(bo) === idOf(bo));
});

it("makes somebody else it when it leaves, and when it drops", async () => {
  const players = await party(world, "long", 4);
  players[0]!.room.send("start", {});
  await untilPhase(players[0]!, "round");
  const first = rolesOf(players);
  await first.hunter.leave();
  const [watcher] = first.others as [TestPlayer];
  await watcher.until("a new it", () => seen(watcher).it !== idOf(first.hunter));
  expect(first.others.map(idOf)).toContain(seen(watcher).it);

  const second = { hunter: first.others.find((one) => idOf(one) === seen(watcher).it)! };
  const rest = first.others.filter((one) => one !== second.hunter);
  drop(second.hunter);
  await rest[0]!.until("a new it", () => seen(rest[0]!).it !== idOf(second.hunter));
  expect(rest.map(idOf)).toContain(seen(rest[0]!).it);
  expect(seen(rest[0]!).phase).toBe("round");
});

it("goes back to the lobby with a notice when fewer than two are left", async () => {
  const [ann, bo] = (await party(world, "long", 2)) as [TestPlayer, TestPlayer];
  ann.room.send("start", {});
  await untilPhase(bo, "round");
  const notice = ann.message<{ code: string; text: string }>("notice");
  await bo.leave();
  expect(await notice).toMatchObject({ code: "ROUND_ENDED" });
  expect((await notice).text).toMatch(/fewer than two/iu);
  await untilPhase(ann, "lobby");
  expect(seen(ann)).toMatchObject({ it: "", secondsLeft: 0 });
});
