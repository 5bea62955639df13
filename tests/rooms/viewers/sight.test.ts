import type { Client } from "@colyseus/core";
import { type Player, WorldRoom } from "roomkeep/rooms";
import { Actor, defineEvent, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type Watcher, watch } from "./watch.ts";

const Rustle = defineEvent({ name: "rustle", schema: z.object({}), to: "nearby", radiusM: 5 });

/** A field of 40 m, of which one sees some 10 m; something stands in two of its corners. */
class FieldRoom extends WorldRoom {
  static override readonly listing = {
    label: "Field",
    description: "",
    maxPlayers: 4,
    spectators: { max: 5 },
  };
  override state = new WorldState();
  override interest = { radiusM: 10, cellM: 5 };
  protected override onBegin(): void {
    this.world.spawn(new Actor({ kind: "tree", x: -15, z: -15 }), "west");
    this.world.spawn(new Actor({ kind: "tree", x: 15, z: 15 }), "east");
  }
  protected override spawnPlace({ name }: Player) {
    return name === "Bob" ? { x: 15, y: 0, z: -15, yaw: 0 } : { x: 0, y: 0, z: 0, yaw: 0 };
  }
  protected override onTick(): void {
    if (this.simulation.tick % 10 === 0) this.events.emit(Rustle, {}, { actor: "west", x: -15, z: -15 });
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ field: FieldRoom });
});
afterAll(() => world.close());

const seen = ({ room }: Watcher) => {
  const { actors } = room.state as WorldState;
  return new Set(actors?.keys() ?? []);
};
const sees = (watcher: Watcher, ...ids: string[]) =>
  watcher.until(`to see ${ids}`, () => [...seen(watcher)].sort().join() === [...ids].sort().join());

it("follows the first player, then a place or an actor that the spectator names", async () => {
  const ann = await world.join("field", { name: "Ann" });
  const code = ann.room.roomId;
  const bob = await world.join("field", { name: "Bob", code });
  const [annId, bobId] = [ann.room.sessionId, bob.room.sessionId];
  const wanda = await watch(world.url, { as: "spectator", code });
  await sees(wanda, annId);
  expect(await wanda.room.request("spectate.look", { x: -15, z: -15 })).toMatchObject({ ok: true });
  await sees(wanda, "west");
  expect(await wanda.room.request("spectate.follow", { actor: "east" })).toMatchObject({ ok: true });
  await sees(wanda, "east");
  await wanda.room.request("spectate.follow", { actor: annId });
  await sees(wanda, annId);
  // Nobody of the room sees a spectator.
  expect([...(bob.room.state.actors.keys() ?? [])]).not.toContain(wanda.room.sessionId);
  // Who is followed has gone: another is.
  await ann.leave();
  await sees(wanda, bobId);
  await wanda.room.leave();
  await bob.leave();
});

it("refuses a viewpoint outside of the level, an unknown actor, and too many", async () => {
  const ann = await world.join("field", { name: "Ann" });
  const wanda = await watch(world.url, { as: "spectator", code: ann.room.roomId });
  const ask = (type: string, message: object) => wanda.room.request(type, message);
  expect(await ask("spectate.look", { x: 1_000, z: 0 })).toMatchObject({ ok: false, code: "ACTION_REFUSED" });
  expect(await ask("spectate.look", { x: "here" })).toMatchObject({ ok: false, code: "MESSAGE_INVALID" });
  expect(await ask("spectate.look", { x: Number.NaN, z: 0 })).toMatchObject({ code: "MESSAGE_INVALID" });
  expect(await ask("spectate.follow", { actor: "nobody" })).toMatchObject({
    ok: false,
    code: "ACTOR_UNKNOWN",
  });
  const many = await Promise.all(Array.from({ length: 40 }, () => ask("spectate.look", { x: 1, z: 1 })));
  expect(many.map((answer) => (answer as { code?: string }).code)).toContain("RATE_LIMITED");
  expect(await ann.room.request("spectate.look", { x: 1, z: 1 })).toMatchObject({ code: "ACTION_REFUSED" });
  await ann.leave();
});

it("sends a spectator the events near the viewpoint, and takes no input frame", async () => {
  const ann = await world.join("field", { name: "Ann" });
  const code = ann.room.roomId;
  const [near, far] = [
    await watch(world.url, { as: "spectator", code }),
    await watch(world.url, { as: "spectator", code }),
  ];
  await near.room.request("spectate.look", { x: -15, z: -15 });
  await far.room.request("spectate.look", { x: 15, z: 15 });
  await near.until("three events", () => near.received("event").length >= 3);
  expect(near.received("event")[0]).toMatchObject({ name: "rustle", actor: "west" });
  expect(far.received("event")).toEqual([]);
  // What a page sends that takes itself for a player.
  const input = near.room.input() as unknown as { data: { moveX: number }; send(): void };
  input.data.moveX = 127;
  input.send();
  await near.until("the refusal", () => near.received("refused").length > 0);
  expect(near.received("refused")).toMatchObject([{ type: "input", code: "VIEWER_ONLY" }]);
  const room = world.room(code);
  const client = room.viewers.get(near.room.sessionId)?.client as Client & { _receivedInputCount?: number };
  expect(client._receivedInputCount ?? 0).toBe(0);
  await ann.leave();
});
