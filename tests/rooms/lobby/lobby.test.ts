import { Client } from "colyseus.js";
import { defineLobby, definePhases, GameRoom } from "roomkeep/rooms";
import { CLOSE, defineGameState, readErrorCode, settingsOf } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { dropGuest, type Guest, joinGuest, passTime } from "../../helpers/guests.ts";

const State = defineGameState("LobbyTestState", {});
type State = InstanceType<typeof State>;
const settings = z.object({
  rounds: z.int().min(1).max(20).default(5),
  words: z.string().max(6_000).default("easy"),
});

class PartyRoom extends GameRoom<State> {
  static override readonly listing = { label: "Party", description: "", maxPlayers: 8 };
  override state = new State();
  override seatKeptS = 45;
  override readonly lobby = defineLobby({
    settings,
    playersMin: 2,
    idleS: 60,
    warnS: 20,
    lead: { awayS: 10, patienceS: 15 },
  });
  override readonly phases = definePhases({
    lobby: { next: "play" },
    play: { next: "scores" },
    scores: { next: "lobby", rematch: true },
  });
}

/** No lobby is declared, and no phases: it has a leader and kicks all the same. */
class PlainRoom extends GameRoom<State> {
  static override readonly listing = { label: "Plain", description: "", maxPlayers: 8 };
  override state = new State();
}
class NoDefaultRoom extends GameRoom<State> {
  override state = new State();
  override readonly lobby = defineLobby({ settings: z.object({ rounds: z.int() }) });
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ party: PartyRoom, plain: PlainRoom, nodefault: NoDefaultRoom });
});
afterAll(() => world.close());

const roomOf = ({ room }: Guest<State>) => world.room<PartyRoom>(room.roomId);
const join = (who: Parameters<typeof joinGuest>[2] = {}, game = "party") =>
  joinGuest<State>(world, game, who);
const leads = (seen: Guest<State>, leader: Guest<State>) =>
  seen.until("another leader", () => seen.room.state.leader === leader.id);

/** Three in the lobby; the first leads. */
async function three(game = "party") {
  const ann = await join({ name: "Ann", create: true }, game);
  const code = ann.room.roomId;
  const bob = await join({ name: "Bob", code }, game);
  const cleo = await join({ name: "Cleo", code }, game);
  await ann.until("all seats", () => ann.room.state.seats.size === 3);
  return { ann, bob, cleo, code };
}

test("the first who comes leads, and alone begins; two are needed", async () => {
  const ann = await join({ name: "Ann", create: true });
  expect(await ann.refused("start")).toMatchObject({ code: "ACTION_REFUSED", reason: /2 players/ });
  const bob = await join({ name: "Bob", code: ann.room.roomId });
  expect(await bob.refused("start")).toMatchObject({ code: "NOT_LEADER" });
  ann.send("start");
  await bob.until("the game", () => bob.room.state.phase === "play");
  expect(await ann.refused("start")).toMatchObject({ code: "PHASE_WRONG" });
  expect(await bob.refused("ready", { ready: true })).toMatchObject({ code: "PHASE_WRONG" });
});

test("all who are ready begin without a leader's word, and their marks are taken back", async () => {
  const { ann, bob, cleo } = await three();
  for (const one of [ann, bob, cleo]) one.send("ready", { ready: true });
  await bob.until("the game", () => bob.room.state.phase === "play");
  expect([...bob.room.state.seats.values()].some(({ ready }) => ready)).toBe(false);
});

test("the lead passes on when the leader leaves, is away for a while, keeps others waiting, or hands it over", async () => {
  const { ann, bob, cleo } = await three();
  expect(await bob.refused("lead", { to: bob.id })).toMatchObject({ code: "NOT_LEADER" });
  expect(await ann.refused("lead", { to: "nobody" })).toMatchObject({ code: "PLAYER_UNKNOWN" });
  ann.send("lead", { to: cleo.id });
  await leads(bob, cleo);

  bob.send("ready", { ready: true });
  ann.send("ready", { ready: true });
  await cleo.until(
    "the marks",
    () =>
      cleo.room.state.seats.get(bob.id)?.ready === true && cleo.room.state.seats.get(ann.id)?.ready === true,
  );
  passTime(roomOf(cleo), 14);
  expect(roomOf(cleo).state.leader).toBe(cleo.id);
  passTime(roomOf(cleo), 2);
  await leads(cleo, ann);

  dropGuest(ann, { returns: false });
  await cleo.until("Ann to be away", () => cleo.room.state.seats.get(ann.id)?.away === true);
  passTime(roomOf(cleo), 9);
  expect(roomOf(cleo).state.leader).toBe(ann.id);
  passTime(roomOf(cleo), 2);
  await leads(cleo, bob);
  await bob.room.leave();
  await leads(cleo, cleo);
});

test("a leader who is back in time leads on", async () => {
  const { ann, bob } = await three();
  dropGuest(ann);
  await bob.until("Ann to be away", () => bob.room.state.seats.get(ann.id)?.away === true);
  passTime(roomOf(bob), 8);
  await bob.until("Ann to be back", () => bob.room.state.seats.get(ann.id)?.away === false);
  passTime(roomOf(bob), 30);
  expect(roomOf(bob).state.leader).toBe(ann.id);
});

test("settings are the leader's, in the lobby, checked by their shape and shown to all", async () => {
  const { ann, bob } = await three();
  expect(settingsOf(bob.room.state, settings)).toEqual({ rounds: 5, words: "easy" });
  ann.send("settings", { rounds: 7 });
  await bob.until("the settings", () => settingsOf(bob.room.state, settings).rounds === 7);
  expect(roomOf(ann).lobby.settings).toEqual({ rounds: 7, words: "easy" });
  const invalid = [{ rounds: 21 }, { rounds: "7" }, { rounds: 7, admin: true }, { words: "x".repeat(2_100) }];
  for (const one of invalid)
    expect(await ann.refused("settings", one)).toMatchObject({ code: "SETTINGS_INVALID" });
  expect(await bob.refused("settings", { rounds: 3 })).toMatchObject({ code: "NOT_LEADER" });
  ann.send("start");
  await bob.until("the game", () => bob.room.state.phase === "play");
  expect(await ann.refused("settings", { rounds: 3 })).toMatchObject({ code: "PHASE_WRONG" });
  expect(roomOf(ann).lobby.settings).toEqual({ rounds: 7, words: "easy" });
});

test("a rematch keeps code, people and settings", async () => {
  const { ann, bob, code } = await three();
  ann.send("settings", { rounds: 9 });
  ann.send("start");
  await bob.until("the game", () => bob.room.state.phase === "play");
  expect(await ann.refused("rematch")).toMatchObject({ code: "PHASE_WRONG" });
  roomOf(ann).phases.go("scores");
  expect(await bob.refused("rematch")).toMatchObject({ code: "NOT_LEADER" });
  ann.send("rematch");
  await bob.until("the game anew", () => bob.room.state.phase === "play");
  expect(bob.room.roomId).toBe(code);
  expect(bob.room.state.seats.size).toBe(3);
  expect(roomOf(ann).lobby.settings.rounds).toBe(9);
});

test("who is kicked is out at once, and comes back neither by the code nor by the token", async () => {
  const { ann, bob, cleo, code } = await three();
  const { reconnectionToken } = bob.room;
  expect(await bob.refused("kick", { id: ann.id })).toMatchObject({ code: "NOT_LEADER" });
  expect(await ann.refused("kick", { id: ann.id })).toMatchObject({ code: "ACTION_REFUSED" });
  expect(await ann.refused("kick", { id: "nobody" })).toMatchObject({ code: "PLAYER_UNKNOWN" });
  bob.room.reconnection.enabled = false;
  ann.send("kick", { id: bob.id });
  await bob.until("the end", () => bob.closed.length > 0);
  expect(bob.closed).toEqual([CLOSE.KICKED]);
  await cleo.until("the empty seat", () => !cleo.room.state.seats.has(bob.id));
  const code1 = await join({ token: bob.token, code }).catch(
    (error: Error) => readErrorCode(error.message)?.code,
  );
  expect(code1).toBe("KICKED");
  const back = await new Client(world.url)
    .reconnect(reconnectionToken)
    .catch((error: Error) => error.message);
  expect(back).toContain("KICKED");
  // Any other room is open to them.
  const other = await join({ token: bob.token, create: true });
  expect(other.room.roomId).not.toBe(code);
});

test("who is away is kicked too, and the seat is not kept", async () => {
  const { ann, bob, code } = await three("plain");
  dropGuest(bob, { returns: false });
  await ann.until("Bob to be away", () => ann.room.state.seats.get(bob.id)?.away === true);
  ann.send("kick", { id: bob.id });
  await ann.until("the empty seat", () => !ann.room.state.seats.has(bob.id));
  const refused = await join({ token: bob.token, code }, "plain").catch((error: Error) => error.message);
  expect(refused).toContain("KICKED");
});

test("idle players are warned, and step out; who does anything stays", async () => {
  const { ann, bob, cleo } = await three();
  const room = roomOf(ann);
  passTime(room, 50);
  ann.send("ready", { ready: true });
  await bob.until("the mark", () => bob.room.state.seats.get(ann.id)?.ready === true);
  passTime(room, 15);
  const warned = ({ messages }: Guest<State>) =>
    messages<{ code: string }>("notice").filter(({ code }) => code === "IDLE").length;
  await bob.until("the warning", () => warned(bob) === 1);
  await cleo.until("the warning", () => warned(cleo) === 1);
  expect(warned(ann)).toBe(0);
  cleo.send("ready", { ready: true });
  await bob.until("the mark", () => bob.room.state.seats.get(cleo.id)?.ready === true);
  bob.room.reconnection.enabled = false;
  passTime(room, 21);
  await bob.until("the end", () => bob.closed.length > 0);
  expect(bob.closed).toEqual([CLOSE.IDLE]);
  await ann.until("the empty seat", () => !ann.room.state.seats.has(bob.id));
  expect(room.state.seats.size).toBe(2);
});

test("a room tells for how long it keeps the seat of who drops", async () => {
  const ann = await join({ name: "Ann", create: true });
  ann.send("room.seat", {});
  await ann.until("the answer", () => ann.messages("room.seat").length > 0);
  expect(ann.messages("room.seat")[0]).toMatchObject({ keptS: 45 });
});

test("settings without a default are refused as the room opens", async () => {
  await expect(join({ create: true }, "nodefault")).rejects.toThrow(/GAME_INVALID.*rounds/);
});
