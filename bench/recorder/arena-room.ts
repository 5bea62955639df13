import { type Player, WorldRoom } from "roomkeep/rooms";
import { Avatar, defineLevel, WorldState } from "roomkeep/shared";
import { z } from "zod";
import { firstHit } from "../../rooms/simulation/lag-compensation.ts";
import { openRingRecorder, type RingState } from "../../rooms/simulation/ring/ring-recorder.ts";
import type { RoomWorld } from "../../rooms/simulation/room-world.ts";

const SIZE_M = 100;
const REACH_M = 40;
/** Targets farther than this from the line of fire are not looked at where the shooter saw them. */
const ASIDE_M = 4;

/** A zone in which people walk and shoot at each other, judged by what the shooter saw. */
export class ArenaRoom extends WorldRoom<WorldState> {
  static override readonly listing = { label: "Arena", description: "A bench.", maxPlayers: 1_000 };
  static override readonly level = defineLevel({
    name: "arena",
    bounds: { min: [-SIZE_M / 2, -SIZE_M / 2], max: [SIZE_M / 2, SIZE_M / 2] },
    spawns: [{ at: [0, 0, 0], radius: SIZE_M / 3 }],
    loose: Array.from({ length: 20 }, (_, i) => ({
      kind: "crate" as const,
      at: [(i % 5) * 8 - 16, 0, Math.floor(i / 5) * 8 - 12] as [number, number, number],
    })),
  });
  override state = new WorldState();
  override rewindMs = 200;
  override interest = { radiusM: 50 };
  override rateLimits = { shoot: { perSecond: 10, burst: 20 } };
  private readonly shots: { player: Player; yaw: number }[] = [];

  protected override onOpen(): void {
    this.on("shoot", z.strictObject({ yaw: z.number() }), (player, { yaw }) => {
      this.shots.push({ player, yaw });
    });
  }

  protected override onTick(): void {
    for (const { player, yaw } of this.shots.splice(0)) {
      const { avatar } = player;
      const along = { x: Math.sin(yaw), y: 0, z: Math.cos(yaw) };
      const near = [...this.world.query({ is: Avatar })].filter((other) => {
        const [dx, dz] = [other.x - avatar.x, other.z - avatar.z];
        const ahead = dx * along.x + dz * along.z;
        const aside = Math.abs(dx * along.z - dz * along.x);
        return other !== avatar && ahead > 0 && ahead < REACH_M && aside < ASIDE_M;
      });
      const from = { x: avatar.x, y: avatar.y + 1.4, z: avatar.z };
      const shot = { from, along, reachM: REACH_M };
      const hit = firstHit(this.seenBy(player), shot, near, { radiusM: 0.5, heightM: 1.8 });
      if (hit) player.stats.hits = Number(player.stats.hits ?? 0) + 1;
    }
  }

  /** Keeps the last minute from now on, as a room of a server does. */
  keep(seconds: number): void {
    const world = Reflect.get(this, "roomWorld") as RoomWorld;
    world.keepLast(openRingRecorder({ seconds, maxBytes: 7_500_000 }));
  }

  forget(): void {
    this.recording.forget();
  }

  get ring(): RingState | undefined {
    return this.recording.ring?.state;
  }
}
