// The server process of the spawns bench: a world room in which things come and go, on command.

import { PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { matchMaker } from "@colyseus/core";
import { t } from "@colyseus/schema";
import { WorldRoom } from "roomkeep/rooms";
import { IN_MEMORY, readConfig, startServer } from "roomkeep/server";
import {
  type Actor,
  type ActorClass,
  type ActorPool,
  defineActor,
  defineComponent,
  defineLevel,
  seeded,
  type World,
  WorldState,
} from "roomkeep/shared";

const SIDE_M = 60;
const ARROW_MPS = 20;

const Health = defineComponent({ name: "Health", fields: { hp: t.uint16().default(100) } });
const Mob = defineActor("mob", { components: { health: Health } });
const Arrow = defineActor("arrow", {});
type Mob = InstanceType<typeof Mob>;
type Arrow = InstanceType<typeof Arrow>;

/** What comes and goes in each tick. */
export interface Load {
  /** Actors spawned in a tick and despawned in the next one. */
  readonly perTick: number;
  /** Projectiles shot in a second; each flies for a second and writes its place in every tick. */
  readonly projectilesPerS: number;
  /** True: by a pool, which makes those that went as new and spawns them again. */
  readonly pooled: boolean;
}

/** Where new actors come from, and despawned ones go. */
type Source<A extends Actor> = Pick<ActorPool<A>, "spawn" | "despawn">;

function openSource<A extends Actor>(world: World, type: ActorClass<A>, pooled: boolean): Source<A> {
  if (pooled) return world.pool(type, 2_000);
  return {
    spawn: (props) => world.spawn<A>(new type(props)),
    despawn: (actor) => world.despawn(actor),
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
  private mobs: Mob[] = [];
  private arrows: { actor: Arrow; untilTick: number; dx: number; dz: number }[] = [];
  private mobSource?: Source<Mob>;
  private arrowSource?: Source<Arrow>;

  begin(load: Load): void {
    this.load = load;
    this.mobSource = openSource(this.world, Mob, load.pooled);
    this.arrowSource = openSource(this.world, Arrow, load.pooled);
  }

  protected override onTick(dt: number): void {
    this.noteHeap();
    const { mobSource, arrowSource } = this;
    if (!mobSource || !arrowSource) return;
    const { perTick, projectilesPerS } = this.load;
    for (const mob of this.mobs) mobSource.despawn(mob);
    this.mobs = Array.from({ length: perTick }, () => mobSource.spawn(this.somewhere()));
    const { tick } = this.simulation;
    this.arrows = this.arrows.filter(({ actor, untilTick, dx, dz }) => {
      if (tick < untilTick) {
        actor.x += dx * dt;
        actor.z += dz * dt;
        return true;
      }
      arrowSource.despawn(actor);
      return false;
    });
    for (let n = 0; n < Math.round(projectilesPerS * dt); n++) {
      const way = this.random() * Math.PI * 2;
      this.arrows.push({
        actor: arrowSource.spawn(this.somewhere()),
        untilTick: tick + this.tickHz,
        dx: Math.sin(way) * ARROW_MPS,
        dz: Math.cos(way) * ARROW_MPS,
      });
    }
  }

  private somewhere(): { x: number; z: number } {
    return { x: (this.random() - 0.5) * SIDE_M, z: (this.random() - 0.5) * SIDE_M };
  }

  /** What the heap grew by since the last tick; a collection in between hides a part of it. */
  private noteHeap(): void {
    const { used_heap_size: bytes } = getHeapStatistics();
    this.allocatedBytes += Math.max(0, bytes - this.heapBytes);
    this.heapBytes = bytes;
  }
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
