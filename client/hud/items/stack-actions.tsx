import { signal } from "@preact/signals";
import type { Shop } from "roomkeep/shared";
import { type CarriedItems, freeSlot } from "../../items/inventory-preview.ts";
import { labelOf, verbOf } from "../../items/item-labels.ts";
import type { Page } from "../../page-state.ts";

/** The stack that was pressed last, and how many of it are meant. */
export const chosen = signal({ id: "", qty: 0 });

/** What one may do with the stack that is chosen, and with how many of it. */
export function StackActions({ page, stack }: { page: Page; stack: CarriedItems | undefined }) {
  const { view: look } = page.things;
  if (!stack) {
    return (
      <div class="deed">
        <p class="about">Drag things about, or tap one and then its new place.</p>
      </div>
    );
  }
  const qty = Math.min(chosen.value.qty, stack.qty);
  const about = look.value.templates[stack.template]?.about;
  return (
    <div class="deed">
      <p class="about">
        <b>{labelOf(look.value, stack.template)}</b> {about}
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
        {actionsFor(page, stack, qty).map(([name, act]) => (
          <button
            key={name}
            type="button"
            onClick={() => {
              act();
              chosen.value = { id: "", qty: 0 };
            }}
          >
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}

function actionsFor(page: Page, stack: CarriedItems, qty: number): [string, () => void][] {
  const { bag, trade, shop, view: look } = page.things;
  const acts: [string, () => void][] = [];
  const add = (name: string | false | undefined, act: () => void) => name && acts.push([name, act]);
  if (stack.container === "equipment") {
    add("Take off", () => bag.move({ id: stack.id, to: "bag" }));
    return acts;
  }
  const open = page.session.room.value?.state.actors?.get(shop.value) as Shop | undefined;
  const pays = open?.wares.get(stack.template)?.sell ?? 0;
  const free = freeSlot(bag.carried.value);
  add(trade.view.value && `Offer ${qty}`, () => trade.offer(stack, qty));
  add(pays > 0 && `Sell ${qty} for ${pays * qty}`, () => bag.sell(shop.value, stack.id, qty));
  add(verbOf(look.value, stack.template), () => bag.use(stack.id));
  add(look.value.templates[stack.template]?.wornAt !== undefined && "Wear", () =>
    bag.move({ id: stack.id, to: "equipment" }),
  );
  add(qty < stack.qty && free !== undefined && `Split off ${qty}`, () =>
    bag.move({ id: stack.id, to: "bag", qty, ...(free !== undefined && { slot: free }) }),
  );
  add(stack.qty > 1 ? `Drop ${qty}` : "Drop", () => bag.drop(stack.id, qty));
  return acts;
}
