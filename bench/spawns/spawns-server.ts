// The server process of the spawns bench: a world room in which things come and go, on command.

import { PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { matchMaker } from "@colyseus/core";
import { createPool, t } from "@colyseus/schema";
import { WorldRoom } from "roomkeep/rooms";
import { IN_MEMORY, readConfig, startServer } from "roomkeep/server";
import { type Actor, defineActor, defineComponent, defineLevel, seeded, WorldState } from "roomkeep/shared";

const SIDE_M = 60;
const ARROW_MPS = 20;

const Health = defineComponent({ name: "Health", fields: { hp: t.uint16().default(100) } });
const Mob = defineActor("mob", { components: { health: Health } });
const Arrow = defineActor("arrow", {});

/** What comes and goes in each tick. */
export interface Load {
  /** Actors spawned in a tick and despawned in the next one. */
  readonly perTick: number;
  /** Projectiles shot in a second; each flies for a second and writes its place in every tick. */
  readonly projectilesPerS: number;
  /** True: despawned ones are reset and spawned again. */
  readonly pooled: boolean;
}

/** Where new actors come from, and despawned ones go. */
interface Source<A extends Actor> {
  take(): A;
  give(actor: A): void;
  /** The patch with their removal is sent: what was given may be used again. */
  settle(): void;
}

function openSource<A extends Actor>(type: new () => A, pooled: boolean): Source<A> {
  if (!pooled) return { take: () => new type(), give: () => {}, settle: () => {} };
  const pool = createPool(type);
  let gone: A[] = [];
  return {
    take: () => pool.acquire(),
    give: (actor) => void gone.push(actor),
    settle() {
      for (const actor of gone) pool.release(Object.assign(actor, { x: 0, y: 0, z: 0, yaw: 0 }));
      gone = [];
    },
  };
}

class Range extends WorldRoom {
  static override readonly listing = { label: "Range", description: "", maxPlayers: 100 };
  override state = new WorldState();
  override level = defineLevel({
    name: "range",
    bounds: { min: [-SIDE_M, -SIDE_M], max: [SIDE_M, SIDE_M] },
    spawns: [{ at: [0, 0, 0], radius: 20 }],
  });
  override interest = { radiusM: 50 };
  override sendBytesPerSecond = Number.POSITIVE_INFINITY;
  load: Load = { perTick: 0, projectilesPerS: 0, pooled: false };
  allocatedBytes = 0;
  private heapBytes = 0;
  private readonly random = seeded(11);
  private mobs: Actor[] = [];
  private arrows: { actor: Actor; untilTick: number; dx: number; dz: number }[] = [];
  private mobSource = openSource(Mob, false);
  private arrowSource = openSource(Arrow, false);

  begin(load: Load): void {
    this.load = load;
    this.mobSource = openSource(Mob, load.pooled);
    this.arrowSource = openSource(Arrow, load.pooled);
  }

  protected override onTick(dt: number): void {
    this.noteHeap();
    this.mobSource.settle();
    this.arrowSource.settle();
    const { perTick, projectilesPerS } = this.load;
    for (const mob of this.mobs) {
      this.world.despawn(mob);
      this.mobSource.give(mob as InstanceType<typeof Mob>);
    }
    this.mobs = Array.from({ length: perTick }, () => this.world.spawn(strew(this.mobSource.take(), this.random)));
    const { tick } = this.simulation;
    this.arrows = this.arrows.filter(({ actor, untilTick, dx, dz }) => {
      if (tick < untilTick) {
        actor.x += dx * dt;
        actor.z += dz * dt;
        return true;
      }
      this.world.despawn(actor);
      this.arrowSource.give(actor as InstanceType<typeof Arrow>);
      return false;
    });
    for (let n = 0; n < Math.round(projectilesPerS * dt); n++) {
      const way = this.random() * Math.PI * 2;
      this.arrows.push({
        actor: this.world.spawn(strew(this.arrowSource.take(), this.random)),
        untilTick: tick + this.tickHz,
        dx: Math.sin(way) * ARROW_MPS,
        dz: Math.cos(way) * ARROW_MPS,
      });
    }
  }

  /** What the heap grew by since the last tick; a collection in between hides a part of it. */
  private noteHeap(): void {
    const { used_heap_size: bytes } = getHeapStatistics();
    this.allocatedBytes += Math.max(0, bytes - this.heapBytes);
    this.heapBytes = bytes;
  }
}

function strew<A extends Actor>(actor: A, random: () => number): A {
  actor.x = (random() - 0.5) * SIDE_M;
  actor.z = (random() - 0.5) * SIDE_M;
  return actor;
}

let gcMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs += duration;
}).observe({ entryTypes: ["gc"] });

const config = readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
const { url } = await startServer({ range: Range }, config);

/** So far; the difference of two is what a load took. */
export interface Reading {
  readonly ticks: number;
  readonly cpuMs: number;
  readonly gcMs: number;
  readonly allocatedBytes: number;
  /** Errors of the room, by where they arose. */
  readonly faults: readonly (readonly [string, number])[];
}

process.on("message", async (message: Load | "read" | "exit") => {
  if (message === "exit") process.exit(0);
  const [listing] = await matchMaker.query({ name: "range" });
  const room = matchMaker.getLocalRoomById(listing?.roomId ?? "") as unknown as Range;
  if (message !== "read") return room.begin(message);
  const { user, system } = process.cpuUsage();
  const read: Reading = {
    ticks: room.tickProfile().ticks,
    cpuMs: (user + system) / 1_000,
    gcMs,
    allocatedBytes: room.allocatedBytes,
    faults: [...room.faults],
  };
  process.send?.({ read });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url });
