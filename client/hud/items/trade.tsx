import { useEffect, useState } from "preact/hooks";
import type { TradeSide, TradeView } from "roomkeep/shared";
import { labelOf } from "../../items/item-labels.ts";
import type { Page } from "../../page-state.ts";
import { Window } from "../window.tsx";
import { Cell } from "./cell.tsx";
import { dragged } from "./drag.tsx";
import { Coin, Picture } from "./picture.tsx";

/** After the other changed the offer one cannot agree for so long: nobody consents to what they did not see, ms. */
const LOOK_MS = 1_200;

/** Both offers and both consents. */
export function TradeWindow({ page, trade }: { page: Page; trade: TradeView }) {
  const { bag, trade: board } = page.things;
  const { mine, theirs, booking } = trade;
  const changed = useChanged(JSON.stringify([theirs.items, theirs.coins]));
  const nothing = [mine, theirs].every(({ items, coins }) => items.length === 0 && coins === 0);
  return (
    <Window name="Trade" close={() => board.cancel()} drop="offer">
      <h3>You give {mine.agreed && <Agreed />}</h3>
      <Given page={page} side={mine} own />
      <label class="row coins">
        <Coin />
        <input
          type="number"
          inputMode="numeric"
          min={0}
          max={bag.coins.value}
          value={mine.coins}
          disabled={booking}
          aria-label="Coins you give"
          onChange={(event) => {
            const wanted = Math.floor(Number(event.currentTarget.value)) || 0;
            const coins = Math.max(0, Math.min(bag.coins.value, wanted));
            event.currentTarget.value = String(coins);
            if (coins !== mine.coins) board.offerCoins(coins);
          }}
        />
        <span>of {bag.coins.value}</span>
      </label>
      <h3>
        {trade.with.name} gives {theirs.agreed && <Agreed />}
        {changed && <em>changed</em>}
      </h3>
      <Given page={page} side={theirs} />
      <p class="row coins">
        <Coin /> <b data-testid="their-coins">{theirs.coins}</b>
      </p>
      <button
        class="go"
        type="button"
        disabled={booking || mine.agreed || changed || nothing}
        onClick={() => board.agree()}
      >
        {booking
          ? "Changing hands…"
          : mine.agreed
            ? `Waiting for ${trade.with.name}…`
            : changed
              ? "Look at the change…"
              : theirs.agreed
                ? "Agree and trade"
                : "Agree"}
      </button>
      <p class="about" role="status">
        {nothing
          ? "Drag things here from your bag, or give coins."
          : theirs.agreed
            ? `${trade.with.name} has agreed.`
            : "A change takes back both consents."}
      </p>
    </Window>
  );
}

const Agreed = () => <span class="agreed">✓ agreed</span>;

/** True for a moment after `what` has changed. */
function useChanged(what: string): boolean {
  const [seen, setSeen] = useState(what);
  useEffect(() => {
    if (seen === what) return;
    const timer = setTimeout(() => setSeen(what), LOOK_MS);
    return () => clearTimeout(timer);
  }, [seen, what]);
  return seen !== what;
}

function Given({ page: { things }, side, own }: { page: Page; side: TradeSide; own?: boolean }) {
  const { view: look, trade } = things;
  const over = own && dragged.value?.over === "offer";
  if (!own)
    return (
      <ul class="given theirs" aria-label="What you get">
        {side.items.map(({ id, template, qty }) => (
          <li key={id} title={look.value.templates[template]?.about}>
            <Picture look={look.value} template={template} />
            {labelOf(look.value, template)} {qty > 1 && <b>×{qty}</b>}
          </li>
        ))}
      </ul>
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons, no fields of a form
    <div class={`given${over ? " over" : ""}`} role="group" aria-label="What you give">
      {side.items.map((item) => (
        <Cell
          key={item.id}
          look={look.value}
          stack={item}
          place="On offer"
          drop="offer"
          first
          land={(where) => where !== "offer" && trade.offer(item, 0)}
          press={() => trade.offer(item, 0)}
        />
      ))}
    </div>
  );
}

/** Somebody who wants to trade. */
export function TradeBanner({ page: { things } }: { page: Page }) {
  const [wish] = things.trade.requests.value;
  if (!wish) return null;
  return (
    <div class="banner invitation" role="alertdialog" aria-label="Trade" data-testid="trade-asked">
      <span>
        <b>{wish.name}</b> wants to trade with you.
      </span>
      <button type="button" onClick={() => things.trade.answer(wish, true)}>
        Trade
      </button>
      <button type="button" onClick={() => things.trade.answer(wish, false)}>
        No
      </button>
    </div>
  );
}
