import { type Client, Room } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { Client as SdkClient, type Room as SdkRoom } from "colyseus.js";
import { afterEach, expect, test } from "vitest";
import { placeInQueue } from "../../../client/network/queue-text.ts";
import { InterestSerializer } from "../../../rooms/replication/interest-serializer.ts";
import { StableSerializer } from "../../../rooms/replication/stable-serializer.ts";
import { Backpressure } from "../../../rooms/transport/backpressure.ts";
import { JoinQueue } from "../../../rooms/transport/join-queue.ts";
import { Actor, WorldState } from "../../../shared/world/actor.ts";
import { serve, until } from "../../helpers/servers/crowd-server.ts";

/** Milliseconds that a full state takes by the test's clock. */
const STATE_MS = 1;
let clock = 0;
let joinQueue: JoinQueue;
let admitted: string[];

class StormRoom extends Room<{ state: WorldState }> {
  override autoDispose = false;
  override maxClients = 1000;
  override patchRate = null as unknown as number;
  readonly joined: string[] = [];
  static serializer: (backpressure: Backpressure) => StableSerializer<WorldState>;

  override setSerializer(): void {
    joinQueue = new JoinQueue({ atOnceMs: 2.5, queueMs: 7.5, noticeMs: 0 }, () => clock);
    const backpressure = new Backpressure({}, () => clock, joinQueue);
    const serializer = StormRoom.serializer(backpressure);
    // What a state costs, by our clock.
    const whole = Reflect.get(serializer, "wholeState") as (client: Client) => Uint8Array;
    Reflect.set(serializer, "wholeState", (client: Client, ...rest: []) => {
      clock += STATE_MS;
      return whole.call(serializer, client, ...rest);
    });
    const send = backpressure.sendState.bind(backpressure);
    backpressure.sendState = (client, frame) => {
      clock += STATE_MS;
      admitted.push(client.sessionId);
      send(client, frame);
    };
    super.setSerializer(serializer);
  }

  override onCreate(): void {
    this.state = new WorldState();
    for (let i = 0; i < 50; i++) this.state.actors.set(`n${i}`, new Actor({ x: i * 4, z: 0, kind: "npc" }));
  }

  override onJoin(client: Client): void {
    this.joined.push(client.sessionId);
    this.state.actors.set(client.sessionId, new Actor({ x: this.joined.length % 30, z: 5, kind: "avatar" }));
    client.send("hello", client.sessionId);
  }
}

interface Joined {
  readonly room: SdkRoom<unknown, WorldState>;
  readonly places: number[];
  /** Whether the state was there when what `onJoin` sent arrived. */
  helloAfterState: boolean | undefined;
}

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function join(url: string): Promise<Joined> {
  const room = (await new SdkClient(url).joinOrCreate("room")) as SdkRoom<unknown, WorldState>;
  const joined: Joined = { room, places: [], helloAfterState: undefined };
  room.onMessage("queue", ({ place }: { place: number }) => joined.places.push(place));
  room.onMessage("hello", () => {
    joined.helloAfterState = room.state.actors?.has(room.sessionId) ?? false;
  });
  return joined;
}

const kinds: [string, number, (backpressure: Backpressure) => StableSerializer<WorldState>][] = [
  [
    "with interest",
    100,
    (backpressure) => new InterestSerializer({ interest: { radiusM: 500 }, backpressure }),
  ],
  ["without interest", 30, (backpressure) => new StableSerializer(backpressure)],
];

for (const [name, joins, make] of kinds) {
  test(`${joins} who join at once are let in in their order, told their place, and see it all, ${name}`, async () => {
    clock = 0;
    admitted = [];
    StormRoom.serializer = make;
    const served = await serve(StormRoom);
    stop = served.stop;
    const room = served.room as unknown as StormRoom;
    const players = await Promise.all(Array.from({ length: joins }, () => join(served.url)));
    await until(() => joinQueue.size === joins - 3);
    const inOrder = room.clients.map(({ sessionId }) => sessionId);
    const queued = joinQueue.size;
    // Ticks go on, and each lets in as many as fit into its time.
    let ticks = 0;
    for (; joinQueue.size > 0; ticks++) {
      const before = joinQueue.size;
      (room.state.actors.get("n0") as Schema & { x: number }).x += 1;
      room.broadcastPatch();
      expect(before - joinQueue.size).toBeLessThanOrEqual(8);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(ticks).toBeGreaterThan(joins / 8 - 2);
    room.broadcastPatch();
    const x = room.state.actors.get("n0")?.x;
    await until(() => players.every(({ room: { state } }) => state.actors?.size === room.state.actors.size));
    await until(() => players.every(({ room: { state } }) => state.actors.get("n0")?.x === x));
    await until(() => players.every(({ helloAfterState }) => helloAfterState !== undefined));
    expect(players.filter(({ helloAfterState }) => !helloAfterState)).toEqual([]);
    const waited = players.filter(({ places }) => places.length > 0);
    expect(waited).toHaveLength(queued);
    for (const { places } of waited) {
      // From their first place to the front, never back, and at last in.
      expect(places.at(-1)).toBe(0);
      expect(places).toEqual([...places].sort((a, b) => b - a));
    }
    expect(Math.max(...waited.map(({ places }) => places[0] ?? 0))).toBe(queued);
    expect(admitted).toHaveLength(queued);
    expect(new Set(admitted)).toEqual(new Set(inOrder.filter((id) => admitted.includes(id))));
    const firstPlace = new Map(waited.map(({ room: { sessionId }, places }) => [sessionId, places[0]]));
    const byPlace = admitted.map((id) => firstPlace.get(id));
    expect(byPlace).toEqual([...byPlace].sort((a, b) => (a ?? 0) - (b ?? 0)));
    await Promise.all(players.map(({ room: one }) => one.leave()));
  });
}

test("the page tells one's place in words", () => {
  expect([0, 1, 2, 37, 111, 123].map(placeInQueue)).toEqual([
    "",
    "Many are coming in. You are next…",
    "Many are coming in. You are 2nd in the queue…",
    "Many are coming in. You are 37th in the queue…",
    "Many are coming in. You are 111th in the queue…",
    "Many are coming in. You are 123rd in the queue…",
  ]);
});
