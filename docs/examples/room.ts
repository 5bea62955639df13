import assert from "node:assert/strict";
// #region room
import { t } from "@colyseus/schema";
import { defineSystem, openRecorder, openReplay, type RoomContext, rerun, WorldRoom } from "roomkeep/rooms";
import { defineActor, defineEvent, type World, WorldState } from "roomkeep/shared";
import { z } from "zod";

const Herb = defineActor("herb", { fields: { ripe: t.boolean().default(false) } });
const Ripened = defineEvent({ name: "ripened", schema: z.object({}), to: "nearby", radiusM: 20 });

const ripen = defineSystem<World, RoomContext>({
  name: "ripen",
  hz: 1,
  run(world, { random, events }) {
    for (const herb of world.query({ is: Herb })) {
      if (herb.ripe || random() > 0.1) continue;
      herb.ripe = true;
      events.emit(Ripened, {}, { x: herb.x, z: herb.z });
    }
  },
});

class GardenRoom extends WorldRoom {
  static override readonly listing = { label: "Garden", description: "Herbs grow.", maxPlayers: 20 };
  override state = new WorldState();
  override systems = [ripen];
  override zone = "garden";
  override persistent = true; // saved, sealed, and there again after a crash

  protected override onBegin(): void {
    for (let i = 0; i < 5; i++) this.world.spawn(new Herb({ x: i * 2 })); // once, when the zone is new
  }
}
// #endregion

// #region rerun
const garden = await openReplay(GardenRoom, { seed: 7 }); // no network, no database, no clock
const lines: string[] = [];
garden.room.record(openRecorder({ write: (line) => lines.push(line) }));
garden.join("mara");
for (let tick = 0; tick < 400; tick++) {
  garden.input("mara", { moveX: 60, moveZ: 0, buttons: 0 });
  garden.tick();
}
const again = await rerun(GardenRoom, lines);
assert.deepEqual(again.mismatches, []);
assert.equal(again.hash, garden.room.hash());
// #endregion
