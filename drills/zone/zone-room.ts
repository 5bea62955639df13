import { t } from "@colyseus/schema";
import { defineSystem, type RoomContext, WorldRoom } from "roomkeep/rooms";
import { Actor, defineLevel, Prop, refuse, type World, WorldState } from "roomkeep/shared";
import { z } from "zod";

const CRATES = 16;
const ACTORS_MAX = 120;

const Stone = Actor.extend({ turns: t.uint16().default(0), warmth: t.float32().default(0) }, "DrillStone");
type Stone = InstanceType<typeof Stone>;
/** The zone's own fields. */
export const DrillState = WorldState.extend({ moves: t.uint32().default(0) }, "DrillZoneState");
export type DrillState = InstanceType<typeof DrillState>;

/** Level of the drill. */
export const drillLevel = defineLevel({
  name: "drill",
  bounds: { min: [-14, -14], max: [14, 14] },
  spawns: [{ at: [0, 0, 0], radius: 6 }],
  solids: [{ shape: "box", at: [8, 0, 0], size: [1, 2, 10] }],
  loose: Array.from({ length: CRATES }, (_, i) => ({
    kind: i % 3 === 0 ? ("ball" as const) : ("crate" as const),
    at: [(i % 4) * 1.4 - 3, 0.5 + Math.floor(i / 8) * 1.1, (Math.floor(i / 4) % 2) * 1.4 + 1] as [
      number,
      number,
      number,
    ],
    size: 0.4,
  })),
});

const smoulder = defineSystem<World, RoomContext<DrillState>>({
  name: "smoulder",
  hz: 4,
  run: (world, { random }) => {
    for (const stone of world.query({ is: Stone })) stone.warmth = (stone.warmth + random()) % 100;
  },
});

/**
 * A persistent zone that bots rearrange: they walk into crates, shove them, place stones and props, take them
 * away.
 */
export class DrillZoneRoom extends WorldRoom<DrillState> {
  static override readonly listing = {
    label: "Drill zone",
    description: "Rearranged and killed.",
    maxPlayers: 16,
  };
  override state = new DrillState();
  static override readonly level = drillLevel;
  override systems = [smoulder];
  override zone = "drill";
  override persistent = true;
  override rateLimits = { place: { perSecond: 40, burst: 40 }, shove: { perSecond: 40, burst: 40 } };

  protected override onBegin(): void {
    for (let i = 0; i < 8; i++) this.world.spawn(new Stone({ kind: "stone", x: i - 4, z: -5 }));
  }

  protected override onOpen(): void {
    this.on(
      "place",
      z.strictObject({ what: z.enum(["stone", "prop", "away"]), at: z.number() }),
      (_, { what, at }) => this.place(what, at),
    );
    this.on("shove", z.strictObject({ which: z.int().min(0) }), ({ avatar }, { which }) => {
      const bodies = [...(this.space?.loose.values() ?? [])];
      const body = bodies[which % Math.max(1, bodies.length)]?.body;
      body?.wakeUp();
      body?.velocity.set(Math.sin(avatar.yaw) * 4, 2, Math.cos(avatar.yaw) * 4);
      this.state.moves += 1;
    });
    openedRooms.add(this);
  }

  private place(what: "stone" | "prop" | "away", at: number) {
    const [x, z] = [Math.sin(at) * 9, Math.cos(at) * 9];
    if (what === "away") {
      const stones = [...this.world.query({ is: Stone })] as Stone[];
      const stone = stones[Math.floor(Math.abs(at) * 10) % Math.max(1, stones.length)];
      if (!stone) return refuse("ACTION_REFUSED", "There is no stone.");
      this.world.despawn(stone);
    } else if (this.world.size > ACTORS_MAX) return refuse("ACTION_REFUSED", "It is full.");
    else if (what === "stone") this.world.spawn(new Stone({ kind: "stone", x, z, warmth: at }));
    else this.world.spawn(new Prop({ kind: "crate", x: x / 2, y: 3, z: z / 2, size: 0.3 }));
    this.state.moves += 1;
  }
}

/** Rooms of this process that the drill inspects. */
export const openedRooms = new Set<DrillZoneRoom>();
