import { useState } from "preact/hooks";
import type { Shop } from "../../../shared/index.ts";
import { labelOf } from "../../items/item-labels.ts";
import type { ItemsStore } from "../../items/items-store.ts";
import { Window } from "../window.tsx";
import { Coin, Picture } from "./picture.tsx";

/** How many can be bought at once. */
const QUANTITIES = [1, 5, 20];

interface ShopProps {
  items: ItemsStore;
  shop: Shop;
}

/** The items that a shop sells and buys. */
export function ShopWindow({ items, shop }: ShopProps) {
  const [qty, setQty] = useState(1);
  return (
    <Window name="Shop" close={() => items.close()} drop="shop" aside={<small>{shop.name}</small>}>
      <h3 class="row">
        <span class="grow">For sale</span>
        {QUANTITIES.map((many) => (
          <button
            key={many}
            type="button"
            class="many"
            aria-pressed={qty === many}
            onClick={() => setQty(many)}
          >
            ×{many}
          </button>
        ))}
      </h3>
      <ForSale items={items} shop={shop} qty={qty} />
      <h3>Buys</h3>
      <Wanted items={items} shop={shop} qty={qty} />
    </Window>
  );
}

function ForSale({ items, shop, qty }: ShopProps & { qty: number }) {
  const { bag, view } = items;
  const sold = [...shop.wares.entries()].filter(([, { buy }]) => buy > 0);
  return (
    <ul class="wares">
      {sold.map(([template, { buy }]) => {
        const many = Math.min(qty, view.value.templates[template]?.stack ?? qty);
        return (
          <li key={template} class={bag.refusedId.value === template ? "refused" : ""}>
            <Picture itemsView={view.value} template={template} />
            <span class="grow">
              <b>{labelOf(view.value, template)}</b>
              <small>{view.value.templates[template]?.about}</small>
            </span>
            <button
              type="button"
              disabled={!(bag.coins.value >= buy * many)}
              aria-label={`Buy ${many} ${labelOf(view.value, template)} for ${buy * many} coins`}
              onClick={() => bag.buy(items.shop.value, template, many)}
            >
              {many > 1 && `${many} for `}
              {buy * many} <Coin />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Wanted({ items, shop, qty }: ShopProps & { qty: number }) {
  const { bag, view } = items;
  const bought = [...shop.wares.entries()].filter(([, { sell }]) => sell > 0);
  return (
    <ul class="wares">
      {bought.map(([template, { sell }]) => {
        const stacks = bag.carried.value.filter(
          (one) => one.container === "bag" && one.template === template,
        );
        const [stack] = stacks;
        const total = stacks.reduce((sum, one) => sum + one.qty, 0);
        return (
          <li key={template}>
            <Picture itemsView={view.value} template={template} />
            <span class="grow">
              <b>{labelOf(view.value, template)}</b>
              <small>you have {total}</small>
            </span>
            <button
              type="button"
              disabled={!stack}
              aria-label={`Sell ${labelOf(view.value, template)} for ${sell} coins each`}
              onClick={() => stack && bag.sell(items.shop.value, stack.id, Math.min(qty, stack.qty))}
            >
              +{sell * Math.max(1, Math.min(qty, stack?.qty ?? 1))} <Coin />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
