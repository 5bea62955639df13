import { signal } from "@preact/signals";
import type { Shop } from "../../../shared/index.ts";
import { type CarriedItems, freeSlot } from "../../items/inventory-preview.ts";
import { labelOf, verbOf } from "../../items/item-labels.ts";
import type { ItemsStore } from "../../items/items-store.ts";

/** The stack that was pressed last, and how many of it are meant. */
export const chosen = signal({ id: "", qty: 0 });

interface StackActionsProps {
  items: ItemsStore;
  stack: CarriedItems | undefined;
  /** The shop that is open. */
  shop: Shop | undefined;
}

/** The actions for the chosen stack, and how many of it are meant. */
export function StackActions({ items, stack, shop }: StackActionsProps) {
  const { view } = items;
  if (!stack) {
    return (
      <div class="deed">
        <p class="about">Drag items, or tap one and then its new place.</p>
      </div>
    );
  }
  const qty = Math.min(chosen.value.qty, stack.qty);
  const about = view.value.templates[stack.template]?.about;
  return (
    <div class="deed">
      <p class="about">
        <b>{labelOf(view.value, stack.template)}</b> {about}
      </p>
      {stack.qty > 1 && (
        <label class="row many">
          <input
            type="range"
            min={1}
            max={stack.qty}
            value={qty}
            aria-label="How many"
            onInput={(event) => {
              chosen.value = { id: stack.id, qty: Number(event.currentTarget.value) };
            }}
          />
          <output>
            {qty} of {stack.qty}
          </output>
        </label>
      )}
      <div class="row acts">
        {actionsFor(items, stack, qty, shop).map(([label, act]) => (
          <button
            key={label}
            type="button"
            onClick={() => {
              act();
              chosen.value = { id: "", qty: 0 };
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Label and action of each button. */
function actionsFor(
  { bag, trade, shop, view }: ItemsStore,
  stack: CarriedItems,
  qty: number,
  openShop: Shop | undefined,
): [string, () => void][] {
  const actions: [string, () => void][] = [];
  const add = (label: string | false | undefined, act: () => void) => label && actions.push([label, act]);
  if (stack.container === "equipment") {
    add("Take off", () => bag.move({ id: stack.id, to: "bag" }));
    return actions;
  }
  const price = openShop?.wares.get(stack.template)?.sell ?? 0;
  const free = freeSlot(bag.carried.value);
  add(trade.view.value && `Offer ${qty}`, () => trade.offer(stack, qty));
  add(price > 0 && `Sell ${qty} for ${price * qty}`, () => bag.sell(shop.value, stack.id, qty));
  add(verbOf(view.value, stack.template), () => bag.use(stack.id));
  add(view.value.templates[stack.template]?.wornAt !== undefined && "Wear", () =>
    bag.move({ id: stack.id, to: "equipment" }),
  );
  add(qty < stack.qty && free !== undefined && `Split off ${qty}`, () =>
    bag.move({ id: stack.id, to: "bag", qty, ...(free !== undefined && { slot: free }) }),
  );
  add(stack.qty > 1 ? `Drop ${qty}` : "Drop", () => bag.drop(stack.id, qty));
  return actions;
}
