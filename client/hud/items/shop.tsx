import { useState } from "preact/hooks";
import type { Shop } from "roomkeep/shared";
import { labelOf } from "../../items/item-labels.ts";
import type { Page } from "../../page-state.ts";
import { Window } from "../window.tsx";
import { Coin, Picture } from "./picture.tsx";

/** How many are bought at once. */
const MANY = [1, 5, 20];

/** What a shop sells and what it pays for. */
export function ShopWindow({ page, shop }: { page: Page; shop: Shop }) {
  const { bag, view: look, shop: id } = page.things;
  const [qty, setQty] = useState(1);
  const wares = [...shop.wares.entries()];
  const sells = wares.filter(([, { buy }]) => buy > 0);
  const pays = wares.filter(([, { sell }]) => sell > 0);
  const have = (template: string) =>
    bag.carried.value.filter((one) => one.container === "bag" && one.template === template);
  return (
    <Window name="Shop" close={() => page.things.close()} drop="shop" aside={<small>{shop.name}</small>}>
      <h3 class="row">
        <span class="grow">For sale</span>
        {MANY.map((many) => (
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
      <ul class="wares">
        {sells.map(([template, { buy }]) => {
          const many = Math.min(qty, look.value.templates[template]?.stack ?? qty);
          return (
            <li key={template} class={bag.refusedId.value === template ? "refused" : ""}>
              <Picture look={look.value} template={template} />
              <span class="grow">
                <b>{labelOf(look.value, template)}</b>
                <small>{look.value.templates[template]?.about}</small>
              </span>
              <button
                type="button"
                disabled={bag.coins.value < buy * many}
                aria-label={`Buy ${many} ${labelOf(look.value, template)} for ${buy * many} coins`}
                onClick={() => bag.buy(id.value, template, many)}
              >
                {many > 1 && `${many} for `}
                {buy * many} <Coin />
              </button>
            </li>
          );
        })}
      </ul>
      <h3>Pays for</h3>
      <ul class="wares">
        {pays.map(([template, { sell }]) => {
          const [stack] = have(template);
          const all = have(template).reduce((sum, one) => sum + one.qty, 0);
          return (
            <li key={template}>
              <Picture look={look.value} template={template} />
              <span class="grow">
                <b>{labelOf(look.value, template)}</b>
                <small>you have {all}</small>
              </span>
              <button
                type="button"
                disabled={!stack}
                aria-label={`Sell ${labelOf(look.value, template)} for ${sell} coins each`}
                onClick={() => stack && bag.sell(id.value, stack.id, Math.min(qty, stack.qty))}
              >
                +{sell * Math.max(1, Math.min(qty, stack?.qty ?? 1))} <Coin />
              </button>
            </li>
          );
        })}
      </ul>
    </Window>
  );
}
