import assert from "node:assert/strict";
// #region items
import { t } from "@colyseus/schema";
import { openReplay, type RoomItems, WorldRoom } from "roomkeep/rooms";
import { Carrier, defineActor, itemRequest, own, refuse, Shop, Ware, WorldState } from "roomkeep/shared";
import { z } from "zod";

const Gardener = Carrier.extend({ energy: own(t.uint8().default(50)) }, "Gardener");
type Gardener = InstanceType<typeof Gardener>;
const Tree = defineActor("tree", { fields: { fruits: t.uint8().default(9) } });

class GardenRoom extends WorldRoom<WorldState, Gardener> {
  static override readonly items = { pear: { stack: 20, label: "Pear" }, cap: { stack: 1, wornAt: 0 } };
  override state = new WorldState();
  override zone = "garden"; // what is dropped lies here, also tomorrow

  protected override createAvatar(): Gardener {
    return new Gardener();
  }

  protected override onBegin(): void {
    const shop = new Shop({ kind: "shop", name: "Hazel", x: 4 });
    shop.wares.set("cap", new Ware({ buy: 10 }));
    shop.wares.set("pear", new Ware({ sell: 2 }));
    this.world.spawn(shop, "hazel");
    this.world.spawn(new Tree({ x: 1 }), "tree");
  }

  protected override onOpen(): void {
    const things: RoomItems<Gardener> = this.useItems<Gardener>({
      uses: {
        pear: {
          check: ({ avatar }) =>
            avatar.energy < 100 ? undefined : refuse("ACTION_REFUSED", "You are full."),
          done: ({ avatar }) => {
            avatar.energy += 10;
          },
        },
      },
    });
    things.on("pluck", z.strictObject({ request: itemRequest, tree: z.string() }), {
      check: (_, { tree }) => this.take(tree),
      book: ({ claim }, { id }) => this.ports.items.grant(claim, id, "pear", 1, "plucked"),
      undone: (_, { message }) => this.giveBack(message.tree),
    });
  }

  /** Sets a pear aside while it is booked, so that no two get the same. */
  private take(id: string) {
    const tree = this.world.get(id);
    if (!(tree instanceof Tree) || tree.fruits === 0) return refuse("ITEM_MISSING");
    tree.fruits -= 1;
    return undefined;
  }

  private giveBack(id: string): void {
    const tree = this.world.get(id);
    if (tree instanceof Tree) tree.fruits += 1;
  }
}
// #endregion

const stage = await openReplay(GardenRoom);
const tree = stage.room.world.get("tree") as InstanceType<typeof Tree>;
stage.join("mara");
stage.message("mara", "pluck", { request: "1", tree: "tree" });
assert.equal(tree.fruits, 8);
stage.tick(); // a re-run has nobody to ask: it is a refusal, and the pear hangs there again
assert.equal(tree.fruits, 9);
