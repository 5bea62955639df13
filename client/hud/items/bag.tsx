import { BAG_SLOTS } from "roomkeep/shared";
import { type CarriedItems, fits } from "../../items/inventory-preview.ts";
import { verbOf, wornName, wornSlots } from "../../items/item-labels.ts";
import type { Page } from "../../page-state.ts";
import { Window } from "../window.tsx";
import { Cell } from "./cell.tsx";
import { dragged } from "./drag.tsx";
import { Coin } from "./picture.tsx";
import { chosen, StackActions } from "./stack-actions.tsx";

const choose = ({ id, qty }: Pick<CarriedItems, "id" | "qty"> = { id: "", qty: 0 }) => {
  chosen.value = { id, qty };
};

/** Bag, equipment and purse. Drag, tap and tap, or arrow keys and Enter. */
export function BagWindow({ page }: { page: Page }) {
  const { things } = page;
  const { bag, view: look } = things;
  const held = bag.carried.value;
  const slots = wornSlots(look.value);
  const picked = held.find(({ id }) => id === chosen.value.id);
  const cell = (container: CarriedItems["container"], slot: number, first: boolean) => (
    <BagCell key={container + slot} page={page} container={container} slot={slot} first={first} />
  );
  return (
    <Window
      name="Bag"
      close={() => things.close()}
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
      <StackActions page={page} stack={picked} />
    </Window>
  );
}

interface BagCellProps {
  page: Page;
  container: CarriedItems["container"];
  slot: number;
  first: boolean;
}

function BagCell({ page: { things }, container, slot, first }: BagCellProps) {
  const { bag, trade, view: look } = things;
  const held = bag.carried.value;
  const stack = held.find((one) => one.container === container && one.slot === slot);
  const picked = held.find(({ id }) => id === chosen.value.id);
  const lifted = dragged.value?.template;
  const name = container === "bag" ? `Slot ${slot + 1}` : wornName(look.value, slot);
  const qtyOf = (one: CarriedItems) =>
    one.id === chosen.value.id ? Math.min(chosen.value.qty, one.qty) : one.qty;
  const moveHere = (one: CarriedItems) => {
    const qty = qtyOf(one);
    bag.move({ id: one.id, to: container, slot, ...(qty < one.qty && { qty }) });
    choose();
  };
  const land = (over: string) => {
    if (!stack) return;
    const [to, at] = over.split(":");
    const qty = qtyOf(stack);
    if (to === "ground") bag.drop(stack.id, qty);
    if (to === "offer") trade.offer(stack, qty);
    if (to === "shop") bag.sell(things.shop.value, stack.id, qty);
    if ((to === "bag" || to === "equipment") && at !== undefined) {
      bag.move({ id: stack.id, to, slot: Number(at), ...(qty < stack.qty && { qty }) });
    }
    if (to) choose();
  };
  return (
    <Cell
      look={look.value}
      stack={stack}
      place={name}
      drop={`${container}:${slot}`}
      hint={container === "equipment" ? name : undefined}
      chosen={stack !== undefined && stack.id === chosen.value.id}
      refused={stack !== undefined && stack.id === bag.refusedId.value}
      closed={lifted !== undefined && !fits(lifted, container, slot, look.value.templates)}
      offered={trade.view.value?.mine.items.find(({ id }) => id === stack?.id)?.qty ?? 0}
      first={first}
      lifts={stack && qtyOf(stack)}
      land={land}
      press={() => {
        if (picked && picked !== stack) moveHere(picked);
        else if (stack && !picked) choose(stack);
        else choose();
      }}
      twice={() => stack && doAtOnce(things, stack)}
    />
  );
}

/** What a double click does: offer, sell, put on, take off or use. */
function doAtOnce({ bag, trade, shop, view: look }: Page["things"], stack: CarriedItems) {
  choose();
  if (trade.view.value) return trade.offer(stack, stack.qty);
  if (shop.value) return bag.sell(shop.value, stack.id, stack.qty);
  if (stack.container === "equipment") return bag.move({ id: stack.id, to: "bag" });
  if (look.value.templates[stack.template]?.wornAt !== undefined)
    return bag.move({ id: stack.id, to: "equipment" });
  if (verbOf(look.value, stack.template)) bag.use(stack.id);
}
