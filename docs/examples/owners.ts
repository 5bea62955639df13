import assert from "node:assert/strict";
// #region owners
import { t } from "@colyseus/schema";
import { defineSystem, openReplay, type RoomContext, WorldRoom } from "roomkeep/rooms";
import { Avatar, defineComponent, internal, type World, WorldState } from "roomkeep/shared";

const Look = defineComponent({
  name: "Look",
  fields: { hat: t.uint8().default(0) },
  writers: ["owner", "script"], // beside the room's own code
});
const Walker = Avatar.extend({ look: t.ref(Look), laps: internal(t.uint8().default(0)) }, "Walker");
const ParkState = WorldState.extend(
  { visitors: t.uint16().default(0), records: t.map("uint16") },
  "ParkState",
);
type ParkState = InstanceType<typeof ParkState>;

const weather = defineSystem<World, RoomContext<ParkState>, { rainyUntil: number }>({
  name: "park weather",
  memory: () => ({ rainyUntil: 20 }),
  run: () => {},
});

class ParkRoom extends WorldRoom<ParkState, InstanceType<typeof Walker>> {
  override state = new ParkState();
  override systems = [weather];
  readonly news: string[] = [];

  protected override createAvatar() {
    return new Walker({ look: new Look() });
  }
  protected override onOpen(): void {
    this.acceptWrites([Look]); // players send component.write for their own avatar
    this.observe((changes) => this.news.push(...changes.map(({ field, to }) => `${field} is ${to}`)));
  }
  protected override onEnter(player: { sessionId: string }): void {
    this.global.visitors += 1; // what belongs to the room
    this.global.records.set(player.sessionId, 0);
    const walker = this.of(player); // what belongs to one actor
    if (walker) walker.laps = 1;
  }
  isRainy(): boolean {
    return this.simulation.tick < this.system(weather).rainyUntil; // what belongs to a system
  }
}
// #endregion

// #region owners-run
const park = await openReplay(ParkRoom);
park.join("ann");
park.message("ann", "component.write", { actor: "ann", component: "Look", values: { hat: 3 } });
park.tick();
const ann = park.room.of("ann");
assert.equal(ann?.look.hat, 3);
assert.equal(park.room.isRainy(), true);
assert.deepEqual(park.room.news, ["visitors is 1", "records.ann is 0"]);
if (ann) assert.equal(park.room.world.write("moderator", ann, Look, { hat: 9 })?.code, "WRITE_REFUSED");
assert.throws(
  () => {
    park.room.global.visitors = -1; // ParkState.visitors must be a whole number from 0 to 65535; got -1.
  },
  { code: "FIELD_INVALID" },
);
// #endregion
