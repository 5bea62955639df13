import { Predict } from "colyseus.js";
import { defineSystem, openRecorder, type RoomContext, rerun, WorldRoom } from "roomkeep/rooms";
import {
  Actor,
  castRay,
  defineLevel,
  layGround,
  seeded,
  type WalkInput,
  type World,
  WorldState,
} from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { enterRoom, signIn } from "../../../bots/index.ts";
import { firstHit, seenBy } from "../../../rooms/simulation/lag-compensation.ts";
import { openProxy } from "../../helpers/cuttable-proxy.ts";
import { stall, takeClock } from "./moved-clock.ts";

/** A target on a rail at z = 12, to and fro at 5 m/s. */
const Target = Actor.extend({}, "RewindTarget");
const SPEED_MPS = 5;
const SIZE = { radiusM: 0.4, heightM: 1.7 };
const FRAME_MS = 50;

const cross = defineSystem<World, RoomContext>({
  name: "cross",
  run: (world, { timeMs }) => {
    // A saw tooth, 24 m wide, so that it crosses at one speed.
    const along = ((timeMs / 1000) * SPEED_MPS) % 48;
    for (const target of world.query({ is: Target })) target.x = along < 24 ? along - 12 : 36 - along;
  },
});

class RangeRoom extends WorldRoom {
  static override readonly listing = { label: "Range", description: "A moving target.", maxPlayers: 4 };
  override state = new WorldState();
  static override readonly level = defineLevel({
    name: "range",
    bounds: { min: [-30, -30], max: [30, 30] },
    spawns: [{ at: [0, 0, 0] }],
  });
  override systems = [cross];
  override rewindMs = 300;
  shots = 0;
  hits = 0;
  /** Hits of the same shots, had all been judged where it is now. */
  hitsNow = 0;
  backMs: number[] = [];
  readonly lines: string[] = [];
  private readonly waiting: { id: string; yaw: number }[] = [];

  protected override onKeep() {
    const { shots, hits, hitsNow } = this;
    return { shots, hits, hitsNow };
  }
  protected override onRestore(kept: unknown): void {
    Object.assign(this, kept);
  }
  protected override onBegin(): void {
    this.world.spawn(new Target({ kind: "target", z: 12 }), "target");
  }
  protected override onOpen(): void {
    this.on("shoot", z.strictObject({ yaw: z.number() }), ({ sessionId }, { yaw }) => {
      this.waiting.push({ id: sessionId, yaw });
    });
  }
  protected override onTick(): void {
    for (const { id, yaw } of this.waiting.splice(0)) {
      const avatar = this.players.get(id)?.avatar;
      const target = this.world.get("target");
      if (!avatar || !target) continue;
      const from = { x: avatar.x, y: avatar.y + 1.2, z: avatar.z };
      const shot = { from, along: { x: Math.sin(yaw), y: 0, z: Math.cos(yaw) }, reachM: 40 };
      const seen = this.seenBy({ sessionId: id });
      this.shots += 1;
      this.backMs.push((Math.abs(seen.at(target).x - target.x) / SPEED_MPS) * 1000);
      if (firstHit(seen, shot, [target], SIZE)) this.hits += 1;
      if (firstHit(seenBy(undefined, id), shot, [target], SIZE)) this.hitsNow += 1;
    }
  }
}

class NoRewindRoom extends RangeRoom {
  override rewindMs = 0;
}

const time = takeClock();
let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ range: RangeRoom, live: NoRewindRoom });
});
afterAll(async () => {
  await world.close();
  time.restore();
});

/** A shooter so far away, whose page sends an input frame a step and aims at what the screen shows. */
async function openShooter(game: string, roundTripMs = 200) {
  const line = await openProxy(Number(new URL(world.url).port), roundTripMs / 2);
  const url = `http://127.0.0.1:${line.port}`;
  const { token } = await signIn(url, { name: "Shooter" });
  const room = await enterRoom(url, game, token, { create: true });
  room.reconnection.enabled = false;
  await new Promise<void>((resolve) =>
    room.onStateChange(() => room.state.actors?.has("target") && resolve()),
  );
  const delayMs = room.state.interpolationMs;
  const predict = Predict.get(room, { mode: "lerp", delay: delayMs });
  (predict as unknown as { attachAll(key: string, config: object): void }).attachAll("actors", {
    mode: "lerp",
    fields: ["x", "z"],
  });
  const input = room.input<WalkInput>({ renderDelay: delayMs });
  const server = world.room<RangeRoom>(room.roomId);
  server.record(openRecorder({ write: (line) => server.lines.push(line), hashEveryTicks: 1 }));
  time.hold(room, server, line);
  onTestFinished(async () => {
    time.letGo();
    room.connection.close();
    await line.close();
  });
  /** So many frames, with a shot each, but not while the target turns at the end of its rail. */
  const frames = async (count: number, { shoots }: { shoots: boolean }) => {
    for (let left = count; left > 0; left--) {
      predict.tick(performance.now());
      Object.assign(input.data, { moveX: 0, moveZ: 0, buttons: 0 });
      input.send();
      const target = room.state.actors.get("target") as Actor;
      const shown = predict.value(target, "x");
      if (shoots && Math.abs(shown) < 8) {
        const me = room.state.actors.get(room.sessionId) as Actor;
        room.send("shoot", { yaw: Math.atan2(shown - me.x, target.z - me.z) });
      }
      await time.pass(FRAME_MS);
    }
  };
  /** The clocks of both sides agree. */
  await frames(40, { shoots: false });
  const shots = async (count: number) => {
    while (server.shots < count) await frames(1, { shoots: true });
  };
  return { server, line, frames, shots };
}

describe("a hit", () => {
  test("is judged by what the shooter saw: at 200 ms a target crossing at 5 m/s is hit", async () => {
    const { server, shots } = await openShooter("range");
    await shots(20);
    expect(server).toMatchObject({ hits: server.shots, hitsNow: 0 });
    expect(Math.max(...server.backMs)).toBeLessThanOrEqual(300 + 50);
    // A re-run has no clients, whose clocks told what they saw: the recording has it.
    const again = await rerun(RangeRoom, server.lines);
    expect(again).toMatchObject({ compared: again.ticks, mismatches: [] });
  });

  test("is missed by the same shooter with rewind switched off", async () => {
    const { server, shots } = await openShooter("live");
    await shots(20);
    expect(server.hits).toBe(0);
  });

  // More than the room makes up for: it drops ticks, and the page's frames stand before all later ones.
  test.each([400, 1_000])("is judged so again after the process stood still for %i ms", async (stallMs) => {
    const { server, line, frames, shots } = await openShooter("range");
    await stall(server, line, time, () => frames(stallMs / FRAME_MS, { shoots: false }));
    // Two seconds: what stands before the page's frames is dropped, and its clock finds the room's again.
    await frames(40, { shoots: false });
    await shots(20);
    expect(server).toMatchObject({ hits: server.shots, hitsNow: 0 });
  });
});

describe("a shot", () => {
  const flat = layGround(
    defineLevel({ name: "flat", bounds: { min: [-9, -9], max: [9, 9] }, spawns: [{ at: [0, 0, 0] }] }),
  );
  const now = seenBy(undefined, "");
  const target = (x: number, y: number, z: number) => Object.assign(new Actor(), { x, y, z });
  const shot = (x: number, y: number, z: number, reachM = 30) => ({
    from: { x: 0, y: 1, z: 0 },
    along: { x, y, z },
    reachM,
  });
  const hits =
    (...args: Parameters<typeof shot>) =>
    (one: Actor) =>
      firstHit(now, shot(...args), [one], SIZE)?.distanceM;

  test("meets what is in its way, at any height of it, and nothing beside, behind or out of reach", () => {
    expect(hits(0, 0, 1)(target(0, 0, 10))).toBeCloseTo(10 - SIZE.radiusM);
    expect(hits(0, 0, 5)(target(0.39, 0, 10))).toBeCloseTo(10 - Math.sqrt(0.4 ** 2 - 0.39 ** 2));
    expect(hits(0, 0, 1)(target(0.41, 0, 10))).toBeUndefined();
    expect(hits(0, 0, 1)(target(0, 0, -10))).toBeUndefined();
    expect(hits(0, 0, 1, 9)(target(0, 0, 10))).toBeUndefined();
    expect(hits(0, 0.06, 1)(target(0, 0, 10))).toBeDefined();
    expect(hits(0, 0.2, 1)(target(0, 0, 10))).toBeUndefined();
    expect(hits(0, -1, 0)(target(0, -3, 0))).toBeDefined();
    expect(hits(0, 0, 0)(target(0, 0, 1))).toBeUndefined();
  });

  test("of several in its way meets the nearest", () => {
    const [near, far] = [target(0, 0, 5), target(0, 0, 9)];
    expect(firstHit(now, shot(0, 0, 1), [far, near], SIZE)?.actor).toBe(near);
  });

  test("hits what a ray hits, as far away", () => {
    const random = seeded(11);
    const between = (low: number, high: number) => low + random() * (high - low);
    let hit = 0;
    for (let i = 0; i < 2_000; i++) {
      const at = target(between(-6, 6), between(-3, 3), between(-6, 6));
      const one = shot(between(-1, 1), between(-1, 1), between(-1, 1), between(1, 12));
      const body = { id: "one", layer: "creature", x: at.x, y: at.y, z: at.z, ...SIZE };
      const ray = castRay(flat, one.from, one.along, one.reachM, { targets: [body], layers: ["creature"] });
      expect(firstHit(now, one, [at], SIZE)?.distanceM).toBe(ray?.distanceM);
      if (ray) hit += 1;
    }
    expect(hit).toBeGreaterThan(10);
  });
});
