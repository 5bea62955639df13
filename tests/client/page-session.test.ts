import { Client } from "colyseus.js";
import { CLOSE } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openAccount } from "../../client/account/account.ts";
import { openApi } from "../../client/network/api.ts";
import { openSession } from "../../client/network/session.ts";
import type { SessionPhase } from "../../client/network/session-phase.ts";
import type { PlazaRoom } from "../../games/plaza/room.ts";
import { games } from "../../server/main.ts";
import { type CuttableProxy, openProxy } from "../helpers/cuttable-proxy.ts";

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
  world = await bootServer(games);
  proxy = await openProxy(world.server.port);
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await proxy.close();
  await world.close();
});

/** The session of a page without a screen, with the phases that it has had. */
function openPage(port = world.server.port) {
  const url = `http://127.0.0.1:${port}`;
  const api = openApi(url);
  const session = openSession(api, openAccount(api), new Client(url));
  const kinds: SessionPhase["kind"][] = [];
  session.phase.subscribe(({ kind }) => void (kinds.at(-1) !== kind && kinds.push(kind)));
  const until = (kind: SessionPhase["kind"]) =>
    vi.waitFor(() => expect(session.phase.value.kind).toBe(kind), { timeout: 30_000, interval: 20 });
  return { session, kinds, until };
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
  expect(session.problem.value).toContain("ZZZZ");
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
  await vi.waitFor(() => expect(players(roomId)).toBe(1), { timeout: 10_000 });
  first.session.leave();
});

it("reconnects by itself after the network was away, in the same room", async () => {
  const { session, until, kinds } = openPage(proxy.port);
  await session.join({ game: "plaza" });
  const room = session.room.value;
  // A player who drops before the first full state has no seat to come back to.
  await vi.waitFor(() => expect(room?.state.actors?.has(room.sessionId)).toBe(true), { timeout: 10_000 });
  proxy.cut();
  await until("reconnecting");
  proxy.mend();
  await until("playing");
  expect(session.room.value?.roomId).toBe(room?.roomId);
  expect(kinds).toEqual(["idle", "joining", "playing", "reconnecting", "playing"]);
  session.leave();
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
