import assert from "node:assert/strict";
// #region effect-room
import { WorldRoom } from "roomkeep/rooms";
import { defineActor, refuse, WorldState } from "roomkeep/shared";
import { z } from "zod";

const Bag = defineActor("bag", { fields: {} });

class CampRoom extends WorldRoom {
  static override readonly listing = { label: "Camp", description: "Bags to drop.", maxPlayers: 8 };
  override state = new WorldState();

  protected override onOpen(): void {
    this.on("drop", z.strictObject({}), ({ avatar }) => {
      if (this.world.query({ is: Bag }).size >= 1) return refuse("NO_SPACE", "A bag lies there already.");
      this.world.spawn(new Bag({ x: avatar.x, z: avatar.z }));
      return undefined;
    });
  }
}

// #endregion

// #region effect
import type { PredictEffect } from "roomkeep/client";

/** In a view's `mount(context)`: `drop(context.predict, …)`. */
function drop(predict: PredictEffect, ground: Set<string>): Promise<boolean> {
  return predict("drop", {}, () => {
    ground.add("a bag that is only shown"); // in the very next frame
    const clear = () => void ground.delete("a bag that is only shown");
    return {
      undo: clear, // the room refused, or did not answer
      becomes: (actor) => actor.kind === "bag", // the true bag, when it comes
      confirm: clear, // it has come: it takes the place
    };
  });
}

// #endregion

import { predictEffects } from "roomkeep/client";
import { bootServer } from "roomkeep/testing";

const world = await bootServer({ camp: CampRoom });
const ann = await world.join("camp", { name: "Ann" });
const predict = predictEffects(ann.room);
const ground = new Set<string>();

// #region effect-run
const dropped = drop(predict, ground);
assert.equal(ground.size, 1); // shown, and the room has not heard of it
assert.equal(await dropped, true);
assert.equal(ground.size, 0); // it is an actor now
assert.equal(await drop(predict, ground), false); // refused: taken back
assert.equal(ground.size, 0);
// #endregion
await world.close();
