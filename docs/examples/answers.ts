import assert from "node:assert/strict";
// #region answers
import { type Booked, openReplay, WorldRoom } from "roomkeep/rooms";
import { defineActor, refuse, WorldState } from "roomkeep/shared";
import { z } from "zod";

const Apple = defineActor("apple", {});

class OrchardRoom extends WorldRoom {
  static override readonly items = { apple: { stack: 20 } };
  override state = new WorldState();

  private readonly granted = this.onAnswer<{ x: number; z: number }, Booked>(
    "granted",
    (answer, { x, z }) => {
      if (answer.ok) return;
      this.world.spawn(new Apple({ x, z })); // it hangs there again
      return answer; // the player is told why
    },
  );

  protected override onOpen(): void {
    const message = z.strictObject({ id: z.string(), request: z.string() });
    this.on("pick", message, ({ claim }, { id, request }) => {
      const apple = this.world.get(id);
      if (!(apple instanceof Apple)) return refuse("ITEM_MISSING");
      const { x, z } = apple;
      this.world.despawn(apple); // taken: nobody else can ask for it
      return this.granted({ x, z }, () => this.ports.items.grant(claim, request, "apple", 1, "picked"));
    });
  }
}
// #endregion

const stage = await openReplay(OrchardRoom);
const { world } = stage.room;
stage.join("mara");
const id = world.idOf(world.spawn(new Apple({ x: 3 }))) ?? "";
stage.message("mara", "pick", { id, request: "1" });
assert.equal(world.query({ is: Apple }).size, 0);
stage.tick(); // a re-run has nobody to ask: it is a refusal
assert.equal(world.query({ is: Apple }).size, 1);
