import { WorldRoom } from "roomkeep/rooms";
import { defineLevel, WorldState } from "roomkeep/shared";

const bounds = { min: [-9, -9] as [number, number], max: [9, 9] as [number, number] };

/** A gate whose portal, three metres east of where one stands, leads to a bay. */
class GateRoom extends WorldRoom {
  static override readonly listing = { label: "Gate", description: "", maxPlayers: 12 };
  static override readonly level = defineLevel({
    name: "gate",
    bounds,
    spawns: [{ at: [0, 0, 0] }],
    portals: [{ at: [3, 0, 0], radius: 1, to: "bay" }],
  });
  override state = new WorldState();
  override rateLimits = { "party.invite": { perSecond: 100, burst: 100 } };
}

/** A place for four, which has overflow rooms. */
class BayRoom extends WorldRoom {
  static override readonly listing = { label: "Bay", description: "", maxPlayers: 4, overflow: true };
  static override readonly level = defineLevel({ name: "bay", bounds, spawns: [{ at: [0, 0, 0] }] });
  override state = new WorldState();
  override rateLimits = { "party.invite": { perSecond: 100, burst: 100 } };
}

/** Where parties look for seats together. */
export const bays = { gate: GateRoom, bay: BayRoom };
