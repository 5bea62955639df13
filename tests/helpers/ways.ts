import { WorldRoom } from "roomkeep/rooms";
import { defineLevel, type Level, WorldState } from "roomkeep/shared";
import { z } from "zod";

const bounds = { min: [-20, -20], max: [20, 20] } as const;

/** A yard with a portal three metres east of its spawn. */
export const yard: Level = defineLevel({
  name: "yard",
  bounds: { min: [...bounds.min], max: [...bounds.max] },
  spawns: [{ at: [0, 0, 0] }, { name: "well", at: [-6, 0, -6], yaw: 1 }],
  portals: [
    { at: [3, 0, 0], radius: 1, to: "cellar", spawn: "stairs" },
    { at: [0, 0, 4], radius: 1, to: "den" },
    { at: [0, 0, -4], radius: 1, to: "broken" },
  ],
});

/** A zone below it, whose portal up names the spawn "well"; and a den whose portal names no spawn. */
export const cellar: Level = defineLevel({
  name: "cellar",
  bounds: { min: [...bounds.min], max: [...bounds.max] },
  spawns: [{ at: [8, 0, 8] }, { name: "stairs", at: [5, 0, 5], yaw: 2 }],
  portals: [{ at: [5, 0, 9], radius: 1, to: "yard", spawn: "well" }],
});
export const den: Level = defineLevel({
  name: "den",
  bounds: { min: [...bounds.min], max: [...bounds.max] },
  spawns: [{ at: [0, 0, 0] }],
  portals: [{ at: [3, 0, 0], radius: 1, to: "yard" }],
});

export class YardRoom extends WorldRoom {
  static override readonly listing = { label: "Yard", description: "", maxPlayers: 12 };
  override state = new WorldState();
  static override readonly level = yard;
  override zone = "yard";
  override rateLimits = { "party.invite": { perSecond: 100, burst: 100 } };
  override travelWaitMs = 700;

  protected override onOpen(): void {
    // Once it is open, because the start would refuse it.
    const at: [number, number, number] = [-3, 0, 0];
    const astray = { at, yaw: 0, radius: 1, to: "nowhere" };
    this.level = { ...yard, portals: [...yard.portals, astray] };
    this.on("wave", z.strictObject({}), (player) => {
      player.avatar.emote = 1;
    });
  }
}

export class CellarRoom extends WorldRoom {
  static override readonly listing = { label: "Cellar", description: "", maxPlayers: 4 };
  override state = new WorldState();
  static override readonly level = cellar;
  override zone = "cellar";
  override travelWaitMs = 700;

  protected override onOpen(): void {
    // Seats that are never taken keep a room open: the tests do not wait so long.
    this.seatReservationTimeout = 1;
  }
}

export class DenRoom extends WorldRoom {
  static override readonly listing = { label: "Den", description: "", maxPlayers: 6, instance: true };
  override state = new WorldState();
  static override readonly level = den;
}

/** A room that cannot be opened. */
export class BrokenRoom extends WorldRoom {
  static override readonly listing = { label: "Broken", description: "", maxPlayers: 6 };
  override state = new WorldState();
  protected override onOpen(): void {
    throw new Error("this place is broken");
  }
}

export const ways = { yard: YardRoom, cellar: CellarRoom, den: DenRoom, broken: BrokenRoom };
