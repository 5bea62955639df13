import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { afterEach, expect, test } from "vitest";
import { InterestSerializer } from "../../../rooms/replication/interest-serializer.ts";
import { Backpressure } from "../../../rooms/transport/backpressure.ts";
import { JoinQueue } from "../../../rooms/transport/join-queue.ts";
import { seeded } from "../../../shared/random.ts";
import { WorldState } from "../../../shared/world/actor.ts";
import { RawPlayer, serve, until } from "../../helpers/servers/crowd-server.ts";
import { Being, Body, Item } from "../../helpers/wire-world.ts";

const RADIUS_M = 30;
const CELL_M = 10;
/** As stated in InterestOptions.radiusM. */
const FARTHEST_M = RADIUS_M + 2 * Math.SQRT2 * CELL_M;
const State = WorldState.extend({ tick: t.uint32().default(0) }, "PrivacyState");
type State = InstanceType<typeof State>;
const Input = schema({ turn: t.int8() }, "PrivacyInput");

let cells: InterestSerializer<State>;

class PrivateRoom extends Room<{ state: State }> {
  override autoDispose = false;
  override patchRate = null as unknown as number;

  override setSerializer(): void {
    cells = new InterestSerializer<State>({
      interest: { radiusM: RADIUS_M, cellM: CELL_M },
      backpressure: new Backpressure({}, undefined, new JoinQueue({ atOnceMs: Number.POSITIVE_INFINITY })),
    });
    super.setSerializer(cells);
  }

  override onCreate(): void {
    this.defineInput(Input, {});
    this.state = new State();
    for (let i = 0; i < 60; i++) this.spawn(`npc${i}`, (i * 53) % 200, (i * 29) % 200);
  }

  override onJoin(client: { sessionId: string }): void {
    this.spawn(client.sessionId, this.clients.length * 40, this.clients.length * 40);
  }

  spawn(key: string, x: number, z: number): void {
    const being = new Being();
    being.x = x;
    being.z = z;
    being.name = `<name:${key}>`;
    being.secret = `<secret:${key}>`;
    being.tags.push(`<tag:${key}>`);
    being.bag.push(new Item().assign({ label: `<bag:${key}>` }));
    being.marks.set("m", new Item().assign({ label: `<mark:${key}>` }));
    being.pocket.push(new Item().assign({ label: `<pocket:${key}>` }));
    being.body = new Body();
    being.body.parts.push(new Item().assign({ label: `<part:${key}>` }));
    this.state.actors.set(key, being);
  }
}

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

/** Owners of the canaries in a player's raw bytes, by kind of canary. */
function canaries(messages: readonly Buffer[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const message of messages) {
    for (const [, kind = "", key = ""] of message.toString("latin1").matchAll(/<(\w+):([^>]+)>/g)) {
      found.set(kind, (found.get(kind) ?? new Set()).add(key));
    }
  }
  return found;
}

test("no byte of an actor that a client cannot see is on its wire, nor of what is another's", async () => {
  const served = await serve(PrivateRoom as unknown as new () => Room);
  stop = served.stop;
  const room = served.room as unknown as PrivateRoom;
  const players: RawPlayer[] = [];
  const mayHaveSeen = new Map<string, Set<string>>();
  const near = (a: Being, b: Being): boolean => Math.hypot(a.x - b.x, a.z - b.z) <= FARTHEST_M;
  const note = (): void => {
    for (const { sessionId } of players) {
      const eye = room.state.actors.get(sessionId) as Being;
      const seen = mayHaveSeen.get(sessionId) ?? new Set();
      for (const [key, being] of room.state.actors) if (near(eye, being as Being)) seen.add(key);
      mayHaveSeen.set(sessionId, seen);
    }
  };
  const random = seeded(11);
  for (let tick = 0; tick < 150; tick++) {
    if (tick % 40 === 0) {
      const player = await RawPlayer.join(served.url);
      players.push(player);
      note();
    }
    for (const [key, one] of room.state.actors) {
      const being = one as Being;
      being.x += (random() - 0.5) * 3;
      being.z += (random() - 0.5) * 3;
      if (random() < 0.05) being.tags.push(`<tag:${key}>`);
      if (random() < 0.05) being.bag.push(new Item().assign({ label: `<bag:${key}>` }));
      if (random() < 0.05) being.secret = `<secret:${key}> ${tick}`;
      if (random() < 0.05) being.pocket.push(new Item().assign({ label: `<pocket:${key}>` }));
      if (random() < 0.005) [being.x, being.z] = [random() * 200, random() * 200];
    }
    if (tick % 10 === 5) {
      room.state.actors.delete(`npc${tick % 60}`);
      room.spawn(`late${tick}`, random() * 200, random() * 200);
    }
    if (tick === 100) cells.setRadius(12);
    room.state.tick++;
    note();
    room.broadcastPatch();
  }
  await until(() => players.every(({ messages }, i) => messages.length >= 150 - i * 40));
  let seenAtAll = 0;
  for (const { sessionId, messages } of players) {
    const allowed = mayHaveSeen.get(sessionId) ?? new Set();
    for (const [kind, keys] of canaries(messages)) {
      for (const key of keys) {
        if (kind === "secret" || kind === "pocket") expect(key).toBe(sessionId);
        else expect(allowed.has(key), `${kind} of ${key} on the wire of ${sessionId}`).toBe(true);
        seenAtAll++;
      }
    }
    expect(canaries(messages).get("secret")).toEqual(new Set([sessionId]));
    expect(allowed.size).toBeLessThan(room.state.actors.size);
  }
  expect(seenAtAll).toBeGreaterThan(20);
});
