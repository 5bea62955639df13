import assert from "node:assert/strict";
// #region zone
import { WorldRoom } from "roomkeep/rooms";
import { defineLevel, refuse, WorldState } from "roomkeep/shared";
import { z } from "zod";

/** A zone: one for everybody, with a portal into the mine. */
export class ValleyRoom extends WorldRoom {
  static override readonly listing = { label: "Valley", description: "Grass and a gate.", maxPlayers: 100 };
  override state = new WorldState();
  override zone = "valley";
  static override readonly level = defineLevel({
    name: "valley",
    bounds: { min: [-50, -50], max: [50, 50] },
    spawns: [{ at: [0, 0, 0], radius: 3 }],
    portals: [{ at: [12, 0, 0], radius: 1.2, to: "mine", spawn: "gate" }],
  });
}
// #endregion

// #region instance
/**
 * An instance: each party, and whoever goes alone, gets a mine of its own. Its portal leads back to where one
 * came from.
 */
export class MineRoom extends WorldRoom {
  static override readonly listing = { label: "Mine", description: "Dark.", maxPlayers: 8, instance: true };
  override state = new WorldState();
  static override readonly level = defineLevel({
    name: "mine",
    bounds: { min: [-20, -20], max: [20, 20] },
    indoors: true,
    spawns: [{ name: "gate", at: [0, 0, 0], radius: 1 }],
    portals: [{ at: [0, 0, 6], radius: 1, to: "back" }],
  });

  protected override onOpen(): void {
    // A rule can send people on, too.
    this.on("rope", z.strictObject({}), (player) => {
      if (player.avatar.y > 2) return refuse("ACTION_REFUSED", "The rope hangs below.");
      void this.travel([player], { to: "back" });
    });
  }
}

// #endregion

// #region follow
import { bootServer } from "roomkeep/testing";

const world = await bootServer({ valley: ValleyRoom, mine: MineRoom });
const ann = await world.join("valley", { name: "Ann" });
const valley = ann.room.roomId;
await ann.walk({ moveX: 127, run: true }, 20);
ann.send("party.leave"); // refused: she is in no party
const journey = ann.journey();
world.room<ValleyRoom>(valley).players.forEach(({ avatar }) => {
  Object.assign(avatar, { x: 12, z: 0 }); // the rest of the way
});
assert.equal(await journey, "mine");
assert.equal(ann.room.name, "mine");
const back = ann.journey();
ann.send("rope");
assert.equal(await back, "valley");
await world.close();
// #endregion
