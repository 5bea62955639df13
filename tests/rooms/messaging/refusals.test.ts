import "../../helpers/sdk/ws-client.ts";

import { once } from "node:events";
import { CLOSE } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { WebSocket } from "ws";
import type { PlazaRoom } from "../../../games/plaza/room.ts";
import { SOCKET_LIMITS } from "../../../rooms/transport/socket-limits.ts";
import { games } from "../../../server/main.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer(games);
});
afterAll(() => world.close());

interface Refused {
  type: string;
  code: string;
  reason: string;
}
const refusalOf = async (player: TestPlayer, type: string, payload: unknown) => {
  const answer = player.message<Refused>("refused");
  player.room.send(type as never, payload as never);
  return answer;
};
const closing = (player: TestPlayer) =>
  new Promise<number>((resolve) => player.room.onLeave((code) => resolve(code)));

it("delivers a line of chat to everybody, obscene words masked", async () => {
  const ann = await world.join("plaza", { name: "Ann" });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  const heard = bob.message("chat");
  ann.room.send("chat" as never, { text: "  good fucking morning 👩‍👩‍👧 " } as never);
  expect(await heard).toEqual({
    from: ann.room.sessionId,
    character: ann.characterId,
    name: "Ann",
    text: "good ****ing morning 👩‍👩‍👧",
  });
  await ann.leave();
  await bob.leave();
});

it.each([
  ["an empty line", { text: "  \u200d " }],
  [
    "a line of 64 KB would not even fit a frame, one of 300 characters is too long",
    { text: "x".repeat(300) },
  ],
  ["a right-to-left override", { text: "abc\u202edef" }],
  ["a control character", { text: "a\u0000b" }],
  ["a number", { text: 7 }],
  ["an extra field", { text: "hi", admin: true }],
])("refuses %s with a reason and changes nothing", async (_what, payload) => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const room = world.room<PlazaRoom>(ann.room.roomId);
  // The crates are still settling; everything a message could change is the people.
  const people = () =>
    JSON.stringify([...room.state.actors.values()].filter((actor) => actor.kind === "avatar"));
  await ann.until("solid ground", () => ann.me().grounded);
  const before = people();
  expect(await refusalOf(ann, "chat", payload)).toMatchObject({ type: "chat", code: "MESSAGE_INVALID" });
  expect(people()).toBe(before);
  expect(ann.received.has("chat")).toBe(false);
  await ann.leave();
});

it("refuses an unknown message, and closes only after the third malformed one", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const closed = closing(ann);
  expect(await refusalOf(ann, "constructor", {})).toMatchObject({ code: "MESSAGE_UNKNOWN" });
  expect(await refusalOf(ann, "emote", { emote: 99 })).toMatchObject({ code: "MESSAGE_INVALID" });
  ann.room.send("emote" as never, { emote: -1 } as never);
  expect(await closed).toBe(CLOSE.ABUSE);
});

/** The socket of a player, from which anything may be sent. */
const socketOf = ({ room }: TestPlayer) => (room.connection.transport as unknown as { ws: WebSocket }).ws;

it("closes a socket that sends more than it may, of whatever kind", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const room = world.room<PlazaRoom>(ann.room.roomId);
  const closed = closing(ann);
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  for (let i = 0; i < 2 * SOCKET_LIMITS.framesAtOnce; i++) socketOf(ann).pong();
  expect(await closed).toBe(CLOSE.ABUSE);
  await bob.until("Ann to be gone for good", () => !room.players.has(ann.room.sessionId));
  await bob.leave();
});

it("closes a socket that sends a message in more parts than it may", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  ann.room.reconnection.enabled = false;
  const socket = socketOf(ann);
  const closed = once(socket, "close");
  for (let i = 0; i <= SOCKET_LIMITS.fragmentsMax; i++) socket.send(Buffer.from([13]), { fin: false });
  expect((await closed)[0]).toBe(1008);
});

it("counts malformed frames and malformed messages together", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const room = world.room<PlazaRoom>(ann.room.roomId);
  const closed = closing(ann);
  const inputs = room.inputs!.get(ann.room.sessionId);
  const moveX = inputs.latest?.moveX;
  // A well-formed input frame of the unreliable kind, which pages do not send: the first one, of two bytes.
  ann.room.connection.send(Buffer.from([20, 1, 2, 128, 99]));
  expect(await refusalOf(ann, "emote", { emote: 99 })).toMatchObject({ code: "MESSAGE_INVALID" });
  expect(inputs.latest?.moveX).toBe(moveX);
  await expect(ann.room.request("nothing" as never, {} as never)).rejects.toThrow();
  expect(await closed).toBe(CLOSE.ABUSE);
});

it("limits how often one may chat, says so once, and lets the next line through after a while", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  for (let i = 0; i < 100; i++) ann.room.send("chat" as never, { text: `line ${i}` } as never);
  await ann.until("a refusal", () => ann.received.has("refused"));
  expect(ann.received.get("refused")?.[0]).toMatchObject({ code: "RATE_LIMITED" });
  await ann.patches(25);
  expect(ann.received.get("refused")).toHaveLength(1);
  const heard = ann.message<{ text: string }>("chat");
  ann.room.send("chat" as never, { text: "calm again" } as never);
  expect((await heard).text).toBe("calm again");
  await ann.leave();
});

it("counts the lines of an account, however often it joins anew", async () => {
  const bob = await world.join("plaza", { name: "Bob", create: true });
  const first = await world.join("plaza", { name: "Ann", code: bob.room.roomId });
  const { token } = first;
  let refused: Refused | undefined;
  for (let ann = first, sent = 0; sent < 60 && !refused; ) {
    // What a new connection may send at once: chat and whispers have a bucket each there.
    for (let i = 0; i < 5; i++, sent += 2) {
      ann.room.send("chat" as never, { text: "buy" } as never);
      ann.room.send("whisper" as never, { to: bob.room.sessionId, text: "buy" } as never);
    }
    await ann.patches(2);
    refused = (ann.received.get("refused") as Refused[] | undefined)?.find(
      ({ code }) => code === "RATE_LIMITED",
    );
    if (!refused) ann = await world.join("plaza", { token, code: bob.room.roomId });
  }
  expect(refused).toMatchObject({ code: "RATE_LIMITED" });
  expect(bob.received.get("chat")?.length ?? 0).toBeLessThanOrEqual(20);
  await bob.leave();
});
