import { matchMaker } from "@colyseus/core";
import { Client, type Room } from "colyseus.js";
import { GameRoom } from "roomkeep/rooms";
import { CLOSE, GameState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { accessTokenOf, callApi, enterRoom, signIn, ticketFor } from "../../../bots/index.ts";
import { checkGames } from "../../../server/game-checks.ts";
import { rowOf } from "../../helpers/characters.ts";
import { callerFrom, sit } from "../../helpers/reserve.ts";
import { follow, refusalOf, type Watcher, watch } from "./watch.ts";

/** Moves were made by these sessions. */
const moved: string[] = [];

class PartyRoom extends GameRoom<GameState> {
  static override readonly listing = {
    label: "Party",
    description: "",
    maxPlayers: 2,
    spectators: { max: 2, chat: true },
    screens: 1,
    screenWaitS: 600,
  };
  override state = new GameState();
  protected override onOpen(): void {
    this.on("move", z.strictObject({}), ({ sessionId }) => void moved.push(sessionId));
    // Past the router, as Colyseus lets a game do.
    this.onMessage("raw", ({ sessionId }) => void moved.push(sessionId));
    this.onMessageBytes("bytes", ({ sessionId }) => void moved.push(sessionId));
  }
}

class ClosedRoom extends GameRoom<GameState> {
  static override readonly listing = { label: "Closed", description: "", maxPlayers: 2 };
  override state = new GameState();
}

class DuelRoom extends PartyRoom {
  static override readonly listing = { ...PartyRoom.listing, maxPlayers: 1, matchBy: { mode: ["a", "b"] } };
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer(
    { party: PartyRoom, closed: ClosedRoom, duel: DuelRoom },
    { env: { ROOMKEEP_ADMIN_PASSWORD: "a-password" } },
  );
});
afterAll(() => world.close());

interface Seated {
  readonly room: Room;
  readonly token: string;
  readonly characterId: string;
}

async function play(
  game: string,
  { code, name = "Ann" }: { code?: string; name?: string } = {},
): Promise<Seated> {
  const { token, character } = await signIn(world.url, { name });
  const choice = code ? { code } : { create: true };
  const room = await enterRoom(world.url, game, token, choice);
  return { room: room as unknown as Room, token, characterId: character.id };
}

const roomOf = (code: string) => matchMaker.getLocalRoomById(code) as unknown as PartyRoom;
const spectate = (code: string, name?: string) =>
  watch(world.url, { as: "spectator", code, ...(name && { name }) });
const openScreen = () => watch(world.url, { as: "screen", game: "party", method: "create" });
const listed = async (code: string) => {
  const { rooms } = await callApi<{ rooms: { roomId: string }[] }>(world.url, "GET", "/v1/rooms");
  return rooms.find(({ roomId }) => roomId === code);
};
const leaveAll = (...who: { readonly room: Room }[]) => Promise.all(who.map(({ room }) => room.leave()));
const isGone = (code: string) => expect.poll(() => matchMaker.getLocalRoomById(code)).toBe(undefined);

it("counts viewers apart: they take no seat, a full room takes them, and the list says so", async () => {
  const ann = await play("party");
  const code = ann.room.roomId;
  const [one, two] = [await spectate(code), await spectate(code)];
  expect(await refusalOf(spectate(code))).toBe("SPECTATORS_FULL");
  expect(await listed(code)).toMatchObject({
    players: 1,
    maxPlayers: 2,
    watching: 2,
    screens: 0,
    open: true,
  });
  // Two watch and one plays: there is a seat for one more, and for no other.
  const bob = await play("party", { code, name: "Bob" });
  expect(await listed(code)).toMatchObject({ players: 2, watching: 2, open: false });
  expect(await refusalOf(play("party", { code, name: "Late" }))).toBe("ROOM_FULL");
  expect(roomOf(code).players.size).toBe(2);
  expect(roomOf(code).viewers.size).toBe(2);
  // It is full of players, and a place for a spectator is free again.
  await one.room.leave();
  await expect.poll(() => listed(code)).toMatchObject({ players: 2, watching: 1, open: false });
  expect(await refusalOf(play("party", { code, name: "Late" }))).toBe("ROOM_FULL");
  const three = await spectate(code);
  await leaveAll(bob);
  await expect.poll(() => listed(code)).toMatchObject({ players: 1, watching: 2, open: true });
  const cleo = await play("party", { code, name: "Cleo" });
  await leaveAll(ann, cleo, two, three);
  await isGone(code);
});

it("quick play finds the watched room that has a seat, and who watches finds the fullest that has a place", async () => {
  const quick = async (options: object) => {
    const { token } = await signIn(world.url, { name: "Quick" });
    return (await enterRoom(world.url, "party", token, { options: options as never })) as unknown as Room;
  };
  const first = await quick({});
  const watchers = await Promise.all([1, 2].map(() => watch(world.url, { as: "spectator", game: "party" })));
  expect(new Set(watchers.map(({ room }) => room.roomId))).toEqual(new Set([first.roomId]));
  const second = await quick({});
  expect(second.roomId).toBe(first.roomId);
  expect(await refusalOf(watch(world.url, { as: "spectator", game: "party" }))).toBe("SPECTATORS_FULL");
  const third = await quick({});
  expect(third.roomId).not.toBe(first.roomId);
  const more = await watch(world.url, { as: "spectator", game: "party", method: "joinOrCreate" });
  expect(more.room.roomId).toBe(third.roomId);
  await leaveAll(...watchers, more, { room: first }, { room: second }, { room: third });
  await isGone(first.roomId);
  await isGone(third.roomId);
});

it("goes by the values that rooms are matched by", async () => {
  const { token } = await signIn(world.url, { name: "Duel" });
  const b = (await enterRoom(world.url, "duel", token, { options: { mode: "b" } })) as unknown as Room;
  expect(await refusalOf(watch(world.url, { as: "spectator", game: "duel" }))).toBe("ROOM_UNKNOWN");
  await b.leave();
});

it("refuses by name what a game does not take, and what a viewer cannot open", async () => {
  const ann = await play("closed");
  const code = ann.room.roomId;
  expect(await refusalOf(spectate(code))).toBe("SPECTATORS_CLOSED");
  expect(await refusalOf(watch(world.url, { as: "screen", code }))).toBe("SCREENS_CLOSED");
  for (const method of ["join", "joinOrCreate", "create"] as const) {
    expect(await refusalOf(watch(world.url, { as: "spectator", game: "closed", method }))).toBe(
      "SPECTATORS_CLOSED",
    );
    expect(await refusalOf(watch(world.url, { as: "screen", game: "closed", method }))).toBe(
      "SCREENS_CLOSED",
    );
    expect(await refusalOf(watch(world.url, { as: "spectator", game: "party", method }))).toBe(
      "ROOM_UNKNOWN",
    );
  }
  expect(await refusalOf(watch(world.url, { as: "spectator", code: "NOROOM" }))).toBe("ROOM_UNKNOWN");
  const client = new Client(world.url);
  client.auth.token = "rkt_nothing";
  // Not even that the room is there is told to who has no ticket.
  expect(await refusalOf(client.joinById(code, { as: "spectator" }))).toBe("TICKET_INVALID");
  expect(await refusalOf(client.joinById("NOROOM", { as: "spectator" }))).toBe("TICKET_INVALID");
  await leaveAll(ann);
});

it("opens a room as a screen, which has no seat, and takes one screen", async () => {
  const screen = await openScreen();
  const code = screen.room.roomId;
  expect(roomOf(code).players.size).toBe(0);
  expect(await listed(code)).toMatchObject({ players: 0, maxPlayers: 2, screens: 1, open: true });
  expect(await refusalOf(watch(world.url, { as: "screen", code }))).toBe("SCREEN_TAKEN");
  const [ann, bob] = [await play("party", { code }), await play("party", { code, name: "Bob" })];
  expect(await listed(code)).toMatchObject({ players: 2, screens: 1, open: false });
  await leaveAll(screen);
  const next = await watch(world.url, { as: "screen", code });
  await leaveAll(ann, bob, next);
  await isGone(code);
});

it("gives one place once, however many ask for it at the same time", async () => {
  const ann = await play("party");
  const code = ann.room.roomId;
  const asked = await Promise.allSettled(Array.from({ length: 5 }, () => spectate(code)));
  expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  expect(roomOf(code).viewers.size).toBe(2);
  const reasons = asked.flatMap((one) => (one.status === "rejected" ? [String(one.reason.message)] : []));
  for (const reason of reasons) expect(reason).toMatch(/^SPECTATORS_FULL/);
  const text = await fetch(`${world.url}/metrics`, {
    headers: { authorization: `Basic ${btoa("admin:a-password")}` },
  }).then((answer) => answer.text());
  expect(text).toMatch(/^roomkeep_viewers\{as="spectator"\} 2$/m);
  // Where the list was older than the room: it counts by itself.
  const identity = { accountId: "a", characterId: "c", role: "player", address: "", as: "spectator" };
  const late = matchMaker.driver.findOne({ roomId: code }).then((room) => {
    return matchMaker.reserveSeatFor(room, {}, identity);
  });
  await expect(late).rejects.toThrow(/already full/);
  const viewers = [...roomOf(code).viewers.values()];
  for (const { client } of viewers) client.leave(CLOSE.KICKED);
  await leaveAll(ann);
  await isGone(code);
});

it("leaves the seat alone that waits for the same character", async () => {
  const ann = await play("party");
  const code = ann.room.roomId;
  const { token } = await signIn(world.url, { name: "Two" });
  const caller = callerFrom(world.url, "127.0.0.1");
  const seat = await caller.reserve(token, { roomId: code });
  const accessToken = await accessTokenOf(world.url, token);
  const body = { roomId: code, as: "screen" };
  const { ticket } = await callApi<{ ticket: string }>(world.url, "POST", "/v1/tickets", {
    body,
    accessToken,
  });
  const client = new Client(world.url);
  client.auth.token = ticket;
  const screen = await client.joinById(code, { as: "screen" });
  const player = await sit(world.url, seat);
  expect(roomOf(code).players.size).toBe(2);
  await leaveAll(ann, { room: screen as unknown as Room }, { room: player as unknown as Room });
  await isGone(code);
});

it("refuses a listing whose numbers are out of their range", () => {
  const withListing = (more: object) =>
    class extends PartyRoom {
      static override readonly listing = { ...PartyRoom.listing, ...more };
    };
  for (const more of [
    { spectators: { max: 0 } },
    { spectators: { max: 5, delayS: 301 } },
    { screens: 17 },
    { screenWaitS: 1 },
  ])
    expect(() => checkGames({ party: withListing(more) })).toThrow(/^listing\./);
});

it("a screen comes back under its code, when its room has closed; a spectator gets no such token", async () => {
  const screen = await openScreen();
  const code = screen.room.roomId;
  const told = new Promise<{ returnToken: string }>((done) => screen.room.onMessage("room.seat", done));
  expect(await screen.room.request("room.seat", {})).toMatchObject({ ok: true });
  const { returnToken } = await told;
  const wanda = await spectate(code);
  const watched = new Promise<object>((done) => wanda.room.onMessage("room.seat", done));
  expect(await wanda.room.request("room.seat", {})).toMatchObject({ ok: true });
  expect(await watched).toEqual({ build: expect.any(String) });
  await leaveAll(screen);
  await isGone(code);
  const client = new Client(world.url);
  client.auth.token = await ticketFor(world.url, screen.token, { game: "party" });
  const again = await client.create("party", { as: "screen", returnToken });
  expect(again.roomId).toBe(code);
  await leaveAll({ room: again as unknown as Room });
  await isGone(code);
});

it("keeps out as a viewer who the leader has kicked", async () => {
  const ann = await play("party");
  const code = ann.room.roomId;
  const bob = await play("party", { code, name: "Bob" });
  const out = new Promise((done) => bob.room.onLeave(done));
  expect(await ann.room.request("kick", { id: bob.room.sessionId })).toMatchObject({ ok: true });
  expect(await out).toBe(CLOSE.KICKED);
  expect(await refusalOf(watch(world.url, { as: "spectator", code, token: bob.token }))).toBe("KICKED");
  await expect.poll(() => listed(code)).toMatchObject({ players: 1, watching: 0 });
  await leaveAll(ann);
});

it("claims no character and writes no row for a viewer, who may play elsewhere meanwhile", async () => {
  const ann = await play("party");
  // The player's own lease is renewed meanwhile.
  const row = async () => {
    const { lease_until: _, ...rest } = await rowOf(world.server.foundation.database.ds, ann.characterId);
    return rest;
  };
  const before = await row();
  const own = await watch(world.url, { as: "spectator", code: ann.room.roomId, token: ann.token });
  expect(roomOf(ann.room.roomId).players.size).toBe(1);
  expect(await row()).toEqual(before);
  await leaveAll(own);
  expect(ann.room.connection.isOpen).toBe(true);
  await leaveAll(ann);
});

it("closes a room that only spectators are in", async () => {
  const ann = await play("party");
  const wanda = await spectate(ann.room.roomId);
  await leaveAll(ann);
  expect(await wanda.closed).toBe(CLOSE.ROOM_ENDED);
  await isGone(ann.room.roomId);
});

it("keeps a room open for its screen, for as long as the game says", async () => {
  const screen = await openScreen();
  const code = screen.room.roomId;
  const { clock } = roomOf(code);
  /** Ticks as if so much time had passed, and looks as often as the room does. */
  const pass = async (ms: number) => {
    clock.currentTime -= ms;
    const fromMs = clock.elapsedTime;
    await expect.poll(() => clock.elapsedTime - fromMs > ms + 2_500).toBe(true);
  };
  await pass(0);
  await pass(590_000);
  expect(screen.room.connection.isOpen).toBe(true);
  clock.currentTime -= 10_000;
  expect(await screen.closed).toBe(CLOSE.ROOM_ENDED);
  await isGone(code);
});

it("refuses a viewer's messages by name, whichever way they are registered", async () => {
  const ann = await play("party");
  const wanda = await spectate(ann.room.roomId);
  moved.length = 0;
  wanda.room.send("move", {});
  wanda.room.send("raw", {});
  wanda.room.sendBytes("bytes", Uint8Array.of(1));
  wanda.room.send("command", { line: "/help" });
  await wanda.until("four refusals", () => wanda.received("refused").length === 4);
  expect(wanda.received("refused")).toMatchObject(
    ["move", "raw", "bytes", "command"].map((type) => ({ type, code: "VIEWER_ONLY" })),
  );
  expect(await wanda.room.request("move", {})).toMatchObject({ ok: false, code: "VIEWER_ONLY" });
  expect(moved).toEqual([]);
  expect(wanda.room.connection.isOpen).toBe(true);
  // A player's go through, and a player takes no second seat.
  expect(await ann.room.request("move", {})).toMatchObject({ ok: true });
  expect(await ann.room.request("seat.take", {})).toMatchObject({ ok: false, code: "ACTION_REFUSED" });
  expect(moved).toEqual([ann.room.sessionId]);
  await leaveAll(ann, wanda);
});

it("lets spectators chat among themselves alone", async () => {
  const ann = await play("party");
  const heard: unknown[] = [];
  ann.room.onMessage("chat", (line) => heard.push(line));
  const [wanda, otto] = [await spectate(ann.room.roomId, "Wanda"), await spectate(ann.room.roomId, "Otto")];
  wanda.room.send("chat", { text: "it is a lighthouse" });
  await otto.until("the line", () => otto.received("chat").length > 0);
  expect(otto.received("chat")).toMatchObject([{ name: "Wanda", text: "it is a lighthouse" }]);
  ann.room.send("chat", { text: "hello" });
  await otto.until("Ann's line", () => otto.received("chat").length > 1);
  expect(heard).toMatchObject([{ text: "hello" }]);
  await leaveAll(ann, wanda, otto);
});

/** Takes the seat that a spectator was given. */
async function takeSeat(watcher: Watcher): Promise<Watcher> {
  await watcher.until("a seat", () => watcher.received("seat.taken").length > 0);
  const [{ seat }] = watcher.received<{ seat: never }>("seat.taken") as [{ seat: never }];
  const room = await new Client(world.url).consumeSeatReservation(seat);
  await watcher.room.leave();
  return follow(room as Room, watcher.token);
}

it("gives a spectator a free seat, and none that is not free", async () => {
  const [ann, code] = await play("party").then((one) => [one, one.room.roomId] as const);
  const bob = await play("party", { code, name: "Bob" });
  const wanda = await spectate(code);
  expect(await wanda.room.request("seat.take", {})).toMatchObject({ ok: false, code: "ROOM_FULL" });
  await leaveAll(bob);
  await expect.poll(() => listed(code)).toMatchObject({ players: 1 });
  expect(await wanda.room.request("seat.take", {})).toMatchObject({ ok: true });
  const player = await takeSeat(wanda);
  const names = () => [...roomOf(code).players.values()].map(({ name }) => name);
  expect(names()).toEqual(["Ann", "Wanda"]);
  await expect.poll(() => listed(code)).toMatchObject({ players: 2, watching: 0 });
  expect(await player.room.request("move", {})).toMatchObject({ ok: true });
  const screen = await watch(world.url, { as: "screen", code });
  expect(await screen.room.request("seat.take", {})).toMatchObject({ ok: false, code: "VIEWER_ONLY" });
  await leaveAll(ann, player, screen);
});

it("gives no seat to who was signed out, and closes the connection", async () => {
  const ann = await play("party");
  const wanda = await spectate(ann.room.roomId);
  const authorization = `Bearer ${await accessTokenOf(world.url, wanda.token)}`;
  await fetch(`${world.url}/v1/sign-out/everywhere`, { method: "POST", headers: { authorization } });
  expect(await wanda.closed).toBe(CLOSE.SIGNED_OUT);
  await leaveAll(ann);
});

it("gives no seat by a sign-in that has ended, where the hint to this process was lost", async () => {
  const ann = await play("party");
  const wanda = await spectate(ann.room.roomId);
  const viewer = roomOf(ann.room.roomId).viewers.get(wanda.room.sessionId);
  await world.server.foundation.database.ds.query("UPDATE sign_in SET revoked_at = now() WHERE id = $1", [
    viewer?.identity.signInId,
  ]);
  expect(await wanda.room.request("seat.take", {})).toMatchObject({ ok: false, code: "TOKEN_REVOKED" });
  await leaveAll(ann, wanda);
});

it("keeps the place of a spectator whose network drops", async () => {
  const ann = await play("party");
  const code = ann.room.roomId;
  const wanda = await spectate(code);
  const seat = wanda.room.sessionId;
  Object.assign(wanda.room.reconnection, { minUptime: 0, minDelay: 1_000 });
  const back = new Promise<void>((resolve) => wanda.room.onReconnect(() => resolve()));
  wanda.room.connection.close(4010);
  await expect.poll(() => roomOf(code).viewers.get(seat)?.hold !== undefined).toBe(true);
  expect(await listed(code)).toMatchObject({ players: 1, watching: 1 });
  await back;
  expect(roomOf(code).viewers.get(seat)?.hold).toBeUndefined();
  ann.room.send("chat", { text: "again" });
  await wanda.until("the line", () => wanda.received("chat").length > 0);
  await leaveAll(wanda);
  await expect.poll(() => listed(code)).toMatchObject({ players: 1, watching: 0 });
  await leaveAll(ann);
});

it("removes a viewer by the console, and completes the name", async () => {
  const ann = await play("party");
  const wanda = await spectate(ann.room.roomId);
  const room = roomOf(ann.room.roomId);
  const operator = { id: "ops", role: "moderator" } as const;
  expect(room.console.complete(operator, "/kick W")).toEqual(["/kick Wanda"]);
  expect(await room.console.give(operator, "/kick Wanda")).toBe("Wanda was removed from the room.");
  expect(await wanda.closed).toBe(CLOSE.KICKED);
  await expect.poll(() => room.viewers.size).toBe(0);
  await leaveAll(ann);
});

it("gives up a place that is not taken in time", async () => {
  const ann = await play("party");
  const code = ann.room.roomId;
  const { token } = await signIn(world.url, { name: "Slow" });
  const accessToken = await accessTokenOf(world.url, token);
  const body = { roomId: code, as: "spectator" };
  const { ticket } = await callApi<{ ticket: string }>(world.url, "POST", "/v1/tickets", {
    body,
    accessToken,
  });
  roomOf(code).seatReservationTimeout = 1;
  const answer = await fetch(`${world.url}/matchmake/joinById/${code}`, {
    method: "POST",
    headers: { authorization: `Bearer ${ticket}`, "content-type": "application/json" },
    body: JSON.stringify({ as: "spectator" }),
  });
  expect(answer.status).toBe(200);
  expect(await listed(code)).toMatchObject({ players: 1, watching: 1 });
  await expect.poll(() => listed(code)).toMatchObject({ players: 1, watching: 0 });
  await leaveAll(ann);
  await isGone(code);
});
