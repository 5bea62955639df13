import { Client } from "colyseus.js";
import { CLOSE, readErrorCode, type WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf } from "../../bots/sign-in.ts";
import type { PlazaRoom } from "../../games/plaza/room.ts";
import { games } from "../../server/main.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer(games);
});
afterAll(() => world.close());

/**
 * Walks ten steps, and says where the player stands then. A walker rolls on behind the last input frame: the
 * room goes on braking it after half a second without any.
 */
async function walkTo(player: TestPlayer, moveX: number): Promise<number> {
  await player.walk({ moveX }, 10);
  await player.until("standing still", () => player.me().vx === 0);
  return player.me().x;
}

it("keeps the seat of a player whose network drops, and shows the others that they are away", async () => {
  const ann = await world.join("plaza", { name: "Ann" });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  // Long enough away to be seen, even where ticks are slow.
  Object.assign(ann.room.reconnection, { minUptime: 0, minDelay: 1_500 });
  const stood = await walkTo(ann, 127);
  const seat = ann.room.sessionId;
  const seenByBob = () => bob.room.state.actors.get(seat) as unknown as { away: boolean } | undefined;

  // 4010 is what the SDK takes for a lost connection that may come back.
  ann.room.connection.close(4010);
  await bob.until("Ann to be away", () => seenByBob()?.away === true);
  await bob.until("Ann to be back", () => seenByBob()?.away === false);
  expect(ann.room.sessionId).toBe(seat);
  expect(ann.me().x).toBeCloseTo(stood, 1);
  await ann.leave();
  await bob.leave();
});

it("gives a refreshed page the same seat by its reconnection token", async () => {
  const ann = await world.join("plaza", { name: "Ann" });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  const { reconnectionToken, sessionId } = ann.room;
  ann.stop();
  await bob.until("Ann to be away", () => {
    const actor = bob.room.state.actors.get(sessionId) as unknown as { away: boolean } | undefined;
    return actor?.away === true;
  });
  const client = new Client(world.url);
  const room = await client.reconnect<WorldState>(reconnectionToken);
  expect(room.sessionId).toBe(sessionId);
  await room.leave();
  await bob.leave();
});

it("lets the newest login of a character win, saves first, and tells the older one why", async () => {
  const first = await world.join("plaza", { name: "Cleo" });
  const stood = await walkTo(first, -127);
  const closed = new Promise<number>((resolve) => first.room.onLeave((code) => resolve(code)));
  const second = await world.join("plaza", { token: first.token });
  expect(await closed).toBe(CLOSE.TAKEN_OVER);
  expect(second.me().x).toBeCloseTo(stood, 4);
  const room = world.room<PlazaRoom>(second.room.roomId);
  const live = [...room.players.values()].filter((p) => p.claim.sheet.id === first.characterId);
  expect(live.map((player) => player.sessionId)).toEqual([second.room.sessionId]);
  await second.leave();
});

/** Calls the server with a player's sign-in. */
const call = async (path: string, { token }: TestPlayer) =>
  fetch(`${world.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${await accessTokenOf(world.url, token)}` },
  });
const closeOf = ({ room }: TestPlayer) =>
  new Promise<number>((resolve) => room.onLeave((code) => resolve(code)));
const owners = (player: TestPlayer) =>
  world.server.foundation.database.ds.query("SELECT owner FROM character WHERE id = $1", [
    player.characterId,
  ]);

it("lets go of a character when its sign-in ends, saved and free, and of no other", async () => {
  const ann = await world.join("plaza", { name: "Ann" });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  const closed = closeOf(ann);
  expect((await call("/v1/sign-out/everywhere", ann)).status).toBe(204);
  expect(await closed).toBe(CLOSE.SIGNED_OUT);
  await bob.until("Ann to be gone", () => !bob.room.state.actors.has(ann.room.sessionId));
  await expect.poll(() => owners(ann)).toEqual([{ owner: null }]);
  expect(bob.room.connection.isOpen).toBe(true);
  await bob.leave();
});

it("tells a fenced player before others are told, who may be slow to hear of it", async () => {
  const ann = await world.join("plaza", { name: "Ann" });
  const room = world.room<PlazaRoom>(ann.room.roomId);
  const { client, claim } = room.players.get(ann.room.sessionId)!;
  const { directMessages } = (room as unknown as { live: { directMessages: { exit(): Promise<void> } } })
    .live;
  const socket = client.ref as unknown as WebSocket;
  const states: number[] = [];
  const { exit } = directMessages;
  directMessages.exit = async (...left) => {
    states.push(socket.readyState);
    return exit(...left);
  };
  const closed = closeOf(ann);
  world.server.foundation.characters.leases.lose(
    ann.characterId,
    claim.epoch,
    "as of a database that is away",
  );
  expect(await closed).toBe(CLOSE.FENCED);
  await expect.poll(() => states).toHaveLength(1);
  expect(states[0]).not.toBe(WebSocket.OPEN);
  await expect.poll(() => room.players.size).toBe(0);
});

it("keeps no seat for who was signed out while away, and asks at the return", async () => {
  const ann = await world.join("plaza", { name: "Ann" });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  const { reconnectionToken, sessionId } = ann.room;
  ann.stop();
  const seen = () => bob.room.state.actors.get(sessionId) as unknown as { away: boolean } | undefined;
  await bob.until("Ann to be away", () => seen()?.away === true);
  // Straight in the database, as where the hint to this process was lost.
  await world.server.foundation.database.ds.query(
    "UPDATE sign_in SET revoked_at = now() WHERE account_id = (SELECT account_id FROM character WHERE id = $1)",
    [ann.characterId],
  );
  await expect(new Client(world.url).reconnect<WorldState>(reconnectionToken)).rejects.toThrow();
  await bob.until("Ann to be gone", () => seen() === undefined);
  await expect.poll(() => owners(ann)).toEqual([{ owner: null }]);
  await bob.leave();
});

it("refuses a full room by name, and leaves nothing behind", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const room = world.room<PlazaRoom>(ann.room.roomId);
  room.maxClients = 1;
  await expect(world.join("plaza", { name: "Late", code: ann.room.roomId })).rejects.toSatisfy(
    (error) => readErrorCode(String((error as Error).message)).code === "ROOM_FULL",
  );
  expect(room.players.size).toBe(1);
  await ann.leave();
});

it("refuses a ticket that nobody has", async () => {
  const client = new Client(world.url);
  client.auth.token = "not-a-ticket";
  await expect(client.joinOrCreate("plaza")).rejects.toThrow(/^TICKET_INVALID: /);
});

it("saves nothing and frees the character when entering fails", async () => {
  const ann = await world.join("plaza", { name: "Dora", create: true });
  const stood = await walkTo(ann, 127);
  const room = world.room<PlazaRoom & { onEnter?: () => void }>(ann.room.roomId);
  const keeper = await world.join("plaza", { name: "Keeper", code: ann.room.roomId });
  await ann.leave();
  await keeper.until("Dora to be gone", () => !room.state.actors.has(ann.room.sessionId));

  room.onEnter = () => {
    throw new Error("no entry today");
  };
  await expect(world.join("plaza", { token: ann.token, code: ann.room.roomId })).rejects.toThrow();
  room.onEnter = () => {};
  const again = await world.join("plaza", { token: ann.token, code: ann.room.roomId });
  expect(again.me().x).toBeCloseTo(stood, 4);
  await again.leave();
  await keeper.leave();
});
