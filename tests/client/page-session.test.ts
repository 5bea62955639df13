import { CloseCode } from "@colyseus/core";
import { Client } from "colyseus.js";
import type { GameRoom } from "roomkeep/rooms";
import { CLOSE } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openAccount } from "../../client/account/account.ts";
import { openApi } from "../../client/network/api.ts";
import { readLastSeat } from "../../client/network/last-seat.ts";
import { openRoomJoin } from "../../client/network/room-join.ts";
import { openSession } from "../../client/network/session.ts";
import type { SessionPhase } from "../../client/network/session-phase.ts";
import type { AnyRoom } from "../../client/room/joined-room.ts";
import { writeStored } from "../../client/storage.ts";
import { plazaLevel } from "../../games/plaza/level.ts";
import { PlazaRoom } from "../../games/plaza/room.ts";
import { games } from "../../server/main.ts";
import { type CuttableProxy, openProxy } from "../helpers/cuttable-proxy.ts";

class ModesPlaza extends PlazaRoom {
  static override readonly listing = { ...PlazaRoom.listing, matchBy: { mode: ["red", "blue"] } };
}

/** The machine may be busy. */
const SLOW = { timeout: 60_000, interval: 20 };

let world: TestServer;
let proxy: CuttableProxy;
beforeAll(async () => {
  const address = { href: "http://page.example/", search: "", pathname: "/" };
  vi.stubGlobal("location", address);
  vi.stubGlobal("history", {
    replaceState: (_state: null, _title: string, next: URL | string) => {
      address.href = new URL(next, address.href).href;
      address.search = new URL(address.href).search;
    },
  });
  world = await bootServer({ ...games, modes: ModesPlaza });
  proxy = await openProxy(world.server.port);
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await proxy.close();
  await world.close();
});

/** The session of a page without a screen, with the phases that it has had. */
function openPage({ port = world.server.port, build = "", reload = () => {} } = {}) {
  const url = `http://127.0.0.1:${port}`;
  const api = openApi(url);
  const session = openSession(api, openAccount(api), new Client(url), { build, reload });
  const kinds: SessionPhase["kind"][] = [];
  session.phase.subscribe(({ kind }) => void (kinds.at(-1) !== kind && kinds.push(kind)));
  const until = (kind: SessionPhase["kind"]) =>
    vi.waitFor(() => expect(session.phase.value.kind).toBe(kind), SLOW);
  return { session, kinds, until };
}
/** As another browser: the next page finds nothing that an earlier one stored. */
function openOtherBrowser(page: Parameters<typeof openPage>[0] = {}) {
  for (const name of ["token", "who", "recoveryCode", "looks"]) writeStored(name, undefined);
  for (const name of ["character", "wayBack", "reloadedFor"]) writeStored(name, undefined, "tab");
  return openPage(page);
}
const players = (roomId: string) => world.room<PlazaRoom>(roomId).players.size;

it("joins a room, names it in the address, and leaves it", async () => {
  const { session, kinds } = openPage();
  await session.join({ game: "plaza" });
  const room = session.room.value;
  if (!room) throw new Error(session.problem.value);
  expect(location.search).toContain("room=");
  session.leave();
  expect(session.room.value).toBeUndefined();
  expect(kinds).toEqual(["idle", "joining", "playing", "idle"]);
});

it("goes back to the form with a reason when the room does not exist", async () => {
  const { session, kinds } = openPage();
  await session.join({ code: "ZZZZ" });
  expect(session.problem.value).toContain("No open room has this code");
  expect(kinds).toEqual(["idle", "joining", "idle"]);
});

it("leaves a room again whose join was overtaken by the player", async () => {
  const first = openPage();
  await first.session.join({ game: "plaza" });
  const { roomId } = first.session.room.value as { roomId: string };
  const { session, kinds } = openPage();
  const joining = session.join({ game: "plaza" });
  session.leave();
  await joining;
  expect(kinds).toEqual(["idle", "joining", "idle"]);
  expect(session.problem.value).toBe("");
  await vi.waitFor(() => expect(players(roomId)).toBe(1), SLOW);
  first.session.leave();
});

it("reconnects by itself after the network was away, in the same room", async () => {
  const { session, until, kinds } = openPage({ port: proxy.port });
  await session.join({ game: "plaza" });
  const room = session.room.value;
  // A player who drops before the first full state has no seat to come back to.
  await vi.waitFor(() => expect(room?.state.actors?.has(room.sessionId)).toBe(true), SLOW);
  proxy.cut();
  await until("reconnecting");
  proxy.mend();
  await until("playing");
  expect(session.room.value?.roomId).toBe(room?.roomId);
  expect(kinds).toEqual(["idle", "joining", "playing", "reconnecting", "playing"]);
  session.leave();
});

it("comes back into a room of the same mode: the own one opened anew, or another one", async () => {
  const host = openOtherBrowser();
  await host.session.join({ create: "modes", match: { mode: "blue" } });
  const code = host.session.room.value?.roomId ?? "";
  // Only the room tells the mode to who comes by its code.
  const { session, until } = openOtherBrowser();
  await session.join({ code });
  await vi.waitFor(() => expect(readLastSeat()).toMatchObject({ match: { mode: "blue" } }), SLOW);
  host.session.leave();
  await vi.waitFor(() => expect(players(code)).toBe(1), SLOW);
  void world.room(code).disconnect(CLOSE.FENCED);
  await until("reconnecting");
  await until("playing");
  expect(session.room.value?.roomId).toBe(code);
  expect(world.room(code).match).toEqual({ mode: "blue" });
  session.leave();
  const url = `http://127.0.0.1:${world.server.port}`;
  const api = openApi(url);
  const account = openAccount(api);
  await account.restore();
  const gone = { token: "", roomId: "ZZZZ", code: "ZZZZ", game: "modes", at: Date.now() };
  const rooms = openRoomJoin(api, account, new Client(url));
  const other = await rooms.back({ ...gone, match: { mode: "blue" } }, false);
  expect(world.room(other.roomId).match).toEqual({ mode: "blue" });
  await other.leave();
});

it.each([
  ["kicked", CLOSE.KICKED, "idle"],
  ["taken over", CLOSE.TAKEN_OVER, "joining"],
] as const)(
  "ends with a notice when it is %s, and goes on to the form or the room",
  async (_how, code, next) => {
    // Another player keeps the room open.
    const { roomId } = (await world.join("plaza")).room;
    const { session, until } = openPage();
    await session.join({ roomId, game: "plaza" });
    const { sessionId } = session.room.value as { sessionId: string };
    world.room<PlazaRoom>(roomId).clients.getById(sessionId)?.leave(code);
    await until("ended");
    expect(session.phase.value).toMatchObject({ notice: { code } });
    expect(session.room.value).toBeUndefined();
    session.restart();
    expect(session.phase.value.kind).toBe(next);
    if (next === "joining") await until("playing");
    session.leave();
  },
);

it("ends when another page takes the character over, and can take it back", async () => {
  const one = openPage();
  await one.session.join({ game: "plaza" });
  // The same browser: the same account and character.
  const other = openPage();
  await other.session.join({ game: "plaza" });
  await one.until("ended");
  expect(one.session.phase.value).toMatchObject({ notice: { kind: "taken-over" } });
  one.session.restart();
  await one.until("playing");
  await other.until("ended");
  one.session.leave();
});

it("brings those who were in a private room back together, under its code, when the room is gone", async () => {
  const first = openOtherBrowser();
  await first.session.join({ create: "tag" });
  const { roomId } = first.session.room.value as { roomId: string };
  const pages = [first];
  const untilStored = () =>
    vi.waitFor(() =>
      expect(readLastSeat()).toMatchObject({
        token: pages.at(-1)?.session.room.value?.reconnectionToken,
        returnToken: expect.any(String),
      }),
    );
  await untilStored();
  for (let i = 0; i < 2; i++) {
    const page = openOtherBrowser();
    await page.session.join({ code: roomId });
    pages.push(page);
    await untilStored();
  }
  const room = world.room<GameRoom>(roomId);
  expect(room.players.size).toBe(3);
  // As after a stall, when all leases of the process are lost.
  await room.disconnect(CLOSE.FENCED);
  await vi.waitFor(() => expect(players(roomId)).toBe(3), SLOW);
  expect(world.room(roomId)).not.toBe(room);
  for (const { session, until } of pages) {
    await until("playing");
    expect(session.room.value?.roomId).toBe(roomId);
    session.leave();
  }
});

it("arrives by the seat that it was sent, although the room that it leaves closes first", async () => {
  const { session, kinds, until } = openOtherBrowser();
  await session.join({ create: "plaza" });
  const { roomId, sessionId, onLeave } = session.room.value as AnyRoom;
  const room = world.room<PlazaRoom>(roomId);
  const closed = new Promise((done) => onLeave(done));
  const { characters } = world.server.foundation;
  const { claimTransfer } = characters;
  characters.claimTransfer = async (...asked) => {
    // The process of the old room ends while the seat in the new one is being taken.
    characters.claimTransfer = claimTransfer;
    void room.disconnect(CloseCode.SERVER_SHUTDOWN);
    expect(await closed).toBe(CloseCode.SERVER_SHUTDOWN);
    return claimTransfer(...asked);
  };
  const avatar = room.players.get(sessionId)?.avatar;
  const [x, , z] = plazaLevel.portals[0]?.at ?? [0, 0, 0];
  Object.assign(avatar ?? {}, { x, z });
  await vi.waitFor(() => expect(session.room.value?.name).toBe("meadow"), SLOW);
  await until("playing");
  expect(kinds).toEqual(["idle", "joining", "playing", "travelling", "arriving", "playing"]);
  session.leave();
});

it("opens no room under a code for whoever was not in it", async () => {
  const { session } = openOtherBrowser();
  await session.join({ game: "plaza" });
  const { roomId } = session.room.value as { roomId: string };
  const forged = Buffer.from(JSON.stringify({ game: "plaza", roomId: "QQQQ", hidden: false })).toString(
    "base64url",
  );
  const other = await world.join("plaza", {
    create: true,
    options: { returnToken: `${forged}.${"A".repeat(43)}` },
  });
  expect(other.room.roomId).not.toBe("QQQQ");
  expect(other.room.roomId).not.toBe(roomId);
  session.leave();
  await other.leave();
});

it("stays out after another page took its seat by the copied storage, until its person acts", async () => {
  const one = openOtherBrowser();
  await one.session.join({ game: "plaza" });
  const { sessionId } = one.session.room.value as { sessionId: string };
  await vi.waitFor(() => expect(readLastSeat()?.returnToken).toBeTruthy(), SLOW);
  const copy = openPage();
  await copy.session.resume();
  await one.until("ended");
  expect(one.session.phase.value).toMatchObject({ notice: { kind: "taken-over" } });
  // The same seat, and the older page does not take it back.
  expect(copy.session.room.value?.sessionId).toBe(sessionId);
  expect(one.kinds).toEqual(["idle", "joining", "playing", "ended"]);
  one.session.restart();
  await one.until("playing");
  await copy.until("ended");
  one.session.leave();
});

it("reloads a page of another build once, into the same seat, and says so where that does not help", async () => {
  const { page } = world.server.foundation;
  page.build = "/assets/index-new.js";
  const reload = vi.fn();
  const old = openOtherBrowser({ build: "/assets/index-old.js", reload });
  await old.session.join({ game: "plaza" });
  await vi.waitFor(() => expect(reload).toHaveBeenCalledTimes(1), SLOW);
  const { sessionId } = old.session.room.value as AnyRoom;
  // A cache gives the same page again: it stays, and says that it is outdated.
  const cached = openPage({ build: "/assets/index-old.js", reload });
  await cached.session.resume();
  await vi.waitFor(() => expect(cached.session.outdated.value).toBe(true), SLOW);
  expect(cached.session.room.value?.sessionId).toBe(sessionId);
  expect(reload).toHaveBeenCalledTimes(1);
  cached.session.leave();
  const fresh = openOtherBrowser({ build: page.build, reload });
  await fresh.session.join({ game: "plaza" });
  await vi.waitFor(() => expect(readLastSeat()?.returnToken).toBeTruthy(), SLOW);
  expect(fresh.session.outdated.value).toBe(false);
  expect(reload).toHaveBeenCalledTimes(1);
  fresh.session.leave();
  page.build = "";
});

it("waits for a place in a full room, or leads to another one", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const room = world.room<PlazaRoom>(ann.room.roomId);
  room.maxClients = 1;
  const { session, until } = openOtherBrowser();
  await session.join({ code: ann.room.roomId });
  expect(session.fullRoom.value).toEqual({ code: ann.room.roomId });
  const waiting = session.waitForPlace();
  expect(session.waiting.value).toBe(true);
  session.leave();
  await waiting;
  expect([session.waiting.value, session.phase.value.kind]).toEqual([false, "idle"]);
  await session.join({ code: ann.room.roomId });
  const again = session.waitForPlace();
  await room.setMatchmaking({ maxClients: 2 });
  await again;
  await until("playing");
  expect(session.room.value?.roomId).toBe(ann.room.roomId);
  expect(session.fullRoom.value).toBeUndefined();
  session.leave();
  await ann.leave();
});
