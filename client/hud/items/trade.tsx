import { useEffect, useState } from "preact/hooks";
import type { TradeView } from "../../../shared/index.ts";
import type { TradeSide } from "../../../shared/internal.ts";
import { labelOf } from "../../items/item-labels.ts";
import type { ItemsStore } from "../../items/items-store.ts";
import type { TradeStore } from "../../items/trade.ts";
import { Window } from "../window.tsx";
import { Cell } from "./cell.tsx";
import { dragged } from "./drag.tsx";
import { Coin, Picture } from "./picture.tsx";

/** Pause after the other player changed the offer, ms, so that a change is seen before it is agreed to. */
const CHANGED_MS = 1_200;

/** Both offers and both agreements. */
export function TradeWindow({ items, trade }: { items: ItemsStore; trade: TradeView }) {
  const { mine, theirs } = trade;
  const changed = useChanged(JSON.stringify([theirs.items, theirs.coins]));
  const empty = [mine, theirs].every(({ items: offered, coins }) => offered.length === 0 && coins === 0);
  return (
    <Window name="Trade" close={() => items.trade.cancel()} drop="offer">
      <h3>You give {mine.agreed && <Agreed />}</h3>
      <OwnOffer items={items} side={mine} />
      <CoinField items={items} trade={trade} />
      <h3>
        {trade.with.name} gives {theirs.agreed && <Agreed />}
        {changed && <em>changed</em>}
      </h3>
      <TheirOffer items={items} side={theirs} />
      <p class="row coins">
        <Coin /> <b data-testid="their-coins">{theirs.coins}</b>
      </p>
      <button
        class="go"
        type="button"
        disabled={trade.booking || mine.agreed || changed || empty}
        onClick={() => items.trade.agree()}
      >
        {buttonLabel(trade, changed)}
      </button>
      <p class="about" role="status">
        {empty
          ? "Drag items here from your bag, or give coins."
          : theirs.agreed
            ? `${trade.with.name} has agreed.`
            : "A change cancels both agreements."}
      </p>
    </Window>
  );
}

const Agreed = () => <span class="agreed">✓ agreed</span>;

function buttonLabel({ booking, mine, theirs, with: other }: TradeView, changed: boolean): string {
  if (booking) return "Trading…";
  if (mine.agreed) return `Waiting for ${other.name}…`;
  if (changed) return "The offer has changed…";
  return theirs.agreed ? "Agree and trade" : "Agree";
}

/** True for a moment after `value` has changed. */
function useChanged(value: string): boolean {
  const [seen, setSeen] = useState(value);
  useEffect(() => {
    if (seen === value) return;
    const timer = setTimeout(() => setSeen(value), CHANGED_MS);
    return () => clearTimeout(timer);
  }, [seen, value]);
  return seen !== value;
}

function CoinField({ items: { bag, trade: store }, trade }: { items: ItemsStore; trade: TradeView }) {
  const max = bag.coins.value;
  return (
    <label class="row coins">
      <Coin />
      <input
        type="number"
        inputMode="numeric"
        min={0}
        max={max}
        value={trade.mine.coins}
        disabled={trade.booking}
        aria-label="Coins you give"
        onChange={(event) => {
          const wanted = Math.floor(Number(event.currentTarget.value)) || 0;
          const coins = Math.max(0, Math.min(max, wanted));
          event.currentTarget.value = String(coins);
          if (coins !== trade.mine.coins) store.offerCoins(coins);
        }}
      />
      <span>of {max}</span>
    </label>
  );
}

function TheirOffer({ items: { view }, side }: { items: ItemsStore; side: TradeSide }) {
  return (
    <ul class="given theirs" aria-label="What you get">
      {side.items.map(({ id, template, qty }) => (
        <li key={id} title={view.value.templates[template]?.about}>
          <Picture itemsView={view.value} template={template} />
          {labelOf(view.value, template)} {qty > 1 && <b>×{qty}</b>}
        </li>
      ))}
    </ul>
  );
}

function OwnOffer({ items: { view, trade }, side }: { items: ItemsStore; side: TradeSide }) {
  const over = dragged.value?.over === "offer";
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons, no fields of a form
    <div class={`given${over ? " over" : ""}`} role="group" aria-label="What you give">
      {side.items.map((item) => (
        <Cell
          key={item.id}
          itemsView={view.value}
          stack={item}
          place="On offer"
          drop="offer"
          first
          onDrop={(target) => target !== "offer" && trade.offer(item, 0)}
          onPress={() => trade.offer(item, 0)}
        />
      ))}
    </div>
  );
}

/** A player asks to trade. */
export function TradeBanner({ trade }: { trade: TradeStore }) {
  const [request] = trade.requests.value;
  if (!request) return null;
  return (
    <div class="banner invitation" role="alertdialog" aria-label="Trade" data-testid="trade-asked">
      <span>
        <b>{request.name}</b> wants to trade with you.
      </span>
      <button type="button" onClick={() => trade.answer(request, true)}>
        Trade
      </button>
      <button type="button" onClick={() => trade.answer(request, false)}>
        No
      </button>
    </div>
  );
}
