import { WorldRoom } from "roomkeep/rooms";
import { Actor, defineLevel, WorldState } from "roomkeep/shared";
import { z } from "zod";

const bounds = { min: [-30, -30] as [number, number], max: [30, 30] as [number, number] };

/** A zone with a portal to each of the others, ten metres from its spawn. */
const zoneLevel = (name: string, ways: readonly string[]) =>
  defineLevel({
    name,
    bounds,
    spawns: [{ name: "gate", at: [0, 0, 0], radius: 2 }],
    portals: ways.map((to, n) => ({ at: [10, 0, 6 * n - 6], radius: 1, to, spawn: "gate" })),
  });

/** Room of the cluster drills, with messages of the bots besides walking. */
abstract class DrillRoom extends WorldRoom<WorldState> {
  static override readonly items = { relic: { stack: 1 } };
  override state = new WorldState();
  override rateLimits = { step: { perSecond: 50, burst: 50 }, "party.invite": { perSecond: 50, burst: 50 } };

  protected override onBegin(): void {
    // A stone that every bot may move: it tells a handed-over world from a new one.
    const stone = new Actor();
    stone.kind = "stone";
    this.world.spawn(stone, "stone");
  }

  protected override onOpen(): void {
    // Into the portal, without the walk to it.
    this.on("step", z.strictObject({ to: z.string() }), (player, { to }) => {
      const portal = this.level.portals.find((one) => one.to === to);
      if (!portal) return;
      player.portal = undefined;
      Object.assign(player.avatar, { x: portal.at[0], y: 0, z: portal.at[2] });
    });
    this.on("push", z.strictObject({ x: z.number() }), (_player, { x }) => {
      const stone = this.world.get("stone");
      if (stone) stone.x = x;
    });
    this.registerBookings();
  }

  /** Registers the messages that move coins, booked by the database. */
  private registerBookings(): void {
    const { items } = this.ports;
    this.onMessage("coins", (client, { id }: { id: string }) => {
      const player = this.players.get(client.sessionId);
      if (!player) return;
      items.grantCoins(player.claim, id, 5, "drill").then(
        (booked) => client.send("booked", { id, ok: booked.ok }),
        () => client.send("booked", { id, ok: false, unknown: true }),
      );
    });
    this.onMessage("give", (client, { id, to }: { id: string; to: string }) => {
      const player = this.players.get(client.sessionId);
      const other = this.players.get(to);
      if (!player || !other) return void client.send("booked", { id, ok: false });
      const offer = { items: [], coins: 1 };
      items
        .trade(id, { claim: player.claim, offer }, { claim: other.claim, offer: { items: [], coins: 0 } })
        .then(
          (booked) => client.send("booked", { id, ok: booked.ok }),
          () => client.send("booked", { id, ok: false, unknown: true }),
        );
    });
  }
}

/** A kept zone. */
export class NorthRoom extends DrillRoom {
  static override readonly listing = { label: "North", description: "", maxPlayers: 300 };
  static override readonly level = zoneLevel("north", ["south", "den", "meet"]);
  override zone = "north";
  override persistent = true;
}

/** A second kept zone. */
export class SouthRoom extends DrillRoom {
  static override readonly listing = { label: "South", description: "", maxPlayers: 300 };
  static override readonly level = zoneLevel("south", ["north", "den", "meet"]);
  override zone = "south";
  override persistent = true;
}

/** A room whose world is not kept. */
export class MeetRoom extends DrillRoom {
  static override readonly listing = { label: "Meet", description: "", maxPlayers: 300 };
  static override readonly level = zoneLevel("meet", ["north", "south", "den"]);
  override zone = "meet";
}

/** An instance for each party. */
export class DenRoom extends DrillRoom {
  static override readonly listing = { label: "Den", description: "", maxPlayers: 8, instance: true };
  static override readonly level = zoneLevel("den", ["north", "south", "meet"]);
}

/** The games of the cluster drills. */
export const games = { north: NorthRoom, south: SouthRoom, meet: MeetRoom, den: DenRoom };
