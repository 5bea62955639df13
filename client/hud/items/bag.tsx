import type { Shop } from "../../../shared/index.ts";
import { BAG_SLOTS } from "../../../shared/internal.ts";
import { type CarriedItems, fits } from "../../items/inventory-preview.ts";
import { verbOf, wornName, wornSlots } from "../../items/item-labels.ts";
import type { ItemsStore } from "../../items/items-store.ts";
import { Window } from "../window.tsx";
import { Cell } from "./cell.tsx";
import { dragged } from "./drag.tsx";
import { Coin } from "./picture.tsx";
import { chosen, StackActions } from "./stack-actions.tsx";

const choose = ({ id, qty }: Pick<CarriedItems, "id" | "qty"> = { id: "", qty: 0 }) => {
  chosen.value = { id, qty };
};

/** Bag, equipment and coins. Drag, tap and tap, or arrow keys and Enter. `shop`: the one that is open. */
export function BagWindow({ items, shop }: { items: ItemsStore; shop: Shop | undefined }) {
  const { bag, view } = items;
  const slots = wornSlots(view.value);
  const stack = bag.carried.value.find(({ id }) => id === chosen.value.id);
  const cell = (container: CarriedItems["container"], slot: number, first: boolean) => (
    <BagCell key={container + slot} items={items} container={container} slot={slot} first={first} />
  );
  return (
    <Window
      name="Bag"
      close={() => items.close()}
      aside={
        <span class="purse" data-testid="coins">
          <Coin /> {bag.coins.value}
        </span>
      }
    >
      {slots.length > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: a group of buttons, no fields of a form
        <div class="worn" role="group" aria-label="What you wear">
          {slots.map((slot) => cell("equipment", slot, false))}
        </div>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div class="cells" role="group" aria-label="Your bag">
        {Array.from({ length: BAG_SLOTS }, (_, slot) => cell("bag", slot, slot === 0))}
      </div>
      <StackActions items={items} stack={stack} shop={shop} />
    </Window>
  );
}

interface BagCellProps {
  items: ItemsStore;
  container: CarriedItems["container"];
  slot: number;
  first: boolean;
}

function BagCell({ items, container, slot, first }: BagCellProps) {
  const { bag, trade, view } = items;
  const carried = bag.carried.value;
  const stack = carried.find((one) => one.container === container && one.slot === slot);
  const chosenStack = carried.find(({ id }) => id === chosen.value.id);
  const draggedTemplate = dragged.value?.template;
  const name = container === "bag" ? `Slot ${slot + 1}` : wornName(view.value, slot);
  const press = () => {
    if (chosenStack && chosenStack !== stack) moveTo(items, chosenStack, container, slot);
    else if (stack && !chosenStack) choose(stack);
    else choose();
  };
  return (
    <Cell
      itemsView={view.value}
      stack={stack}
      place={name}
      drop={`${container}:${slot}`}
      hint={container === "equipment" ? name : undefined}
      chosen={stack !== undefined && stack.id === chosen.value.id}
      refused={stack !== undefined && stack.id === bag.refusedId.value}
      closed={draggedTemplate !== undefined && !fits(draggedTemplate, container, slot, view.value.templates)}
      offered={trade.view.value?.mine.items.find(({ id }) => id === stack?.id)?.qty ?? 0}
      first={first}
      dragQty={stack && qtyOf(stack)}
      onDrop={(target) => stack && dropOn(items, stack, target)}
      onPress={press}
      onDoublePress={() => stack && actAtOnce(items, stack)}
    />
  );
}

/** How many of a stack are meant: all, or what was set for the chosen one. */
function qtyOf(stack: CarriedItems): number {
  return stack.id === chosen.value.id ? Math.min(chosen.value.qty, stack.qty) : stack.qty;
}

function moveTo({ bag }: ItemsStore, stack: CarriedItems, to: CarriedItems["container"], slot: number) {
  const qty = qtyOf(stack);
  bag.move({ id: stack.id, to, slot, ...(qty < stack.qty && { qty }) });
  choose();
}

/** A stack was dropped on a place with this `data-drop`. */
function dropOn(items: ItemsStore, stack: CarriedItems, target: string) {
  const { bag, trade, shop } = items;
  const [to, slot] = target.split(":");
  const qty = qtyOf(stack);
  if (to === "ground") bag.drop(stack.id, qty);
  if (to === "offer") trade.offer(stack, qty);
  if (to === "shop") bag.sell(shop.value, stack.id, qty);
  if ((to === "bag" || to === "equipment") && slot !== undefined) moveTo(items, stack, to, Number(slot));
  if (to) choose();
}

/** A double click: offers, sells, puts on, takes off or uses the stack. */
function actAtOnce({ bag, trade, shop, view }: ItemsStore, stack: CarriedItems) {
  choose();
  if (trade.view.value) return trade.offer(stack, stack.qty);
  if (shop.value) return bag.sell(shop.value, stack.id, stack.qty);
  if (stack.container === "equipment") return bag.move({ id: stack.id, to: "bag" });
  if (view.value.templates[stack.template]?.wornAt !== undefined)
    return bag.move({ id: stack.id, to: "equipment" });
  if (verbOf(view.value, stack.template)) bag.use(stack.id);
}
