import { useEffect } from "preact/hooks";
import type { Shop } from "roomkeep/shared";
import type { Page } from "../../page-state.ts";
import { BagWindow } from "./bag.tsx";
import { DeathScreen, OwnPileSign } from "./death.tsx";
import { DragPreview } from "./drag.tsx";
import { ShopWindow } from "./shop.tsx";
import { TradeBanner, TradeWindow } from "./trade.tsx";

/** Everything about items that lies over the world. */
export function Items({ page }: { page: Page }) {
  const { things, session } = page;
  const { bag, trade, shop, open, view: look } = things;
  const ended = trade.ended.value;
  useEffect(() => {
    if (ended) page.board.notice.value = ended.reason;
  }, [ended, page]);
  if (!bag.available.value) return null;
  if (bag.dead.value) return <DeathScreen page={page} />;
  const keeper = session.room.value?.state.actors?.get(shop.value) as Shop | undefined;
  const view = trade.view.value;
  return (
    <>
      <NearbyButton page={page} />
      <OwnPileSign page={page} />
      <TradeBanner page={page} />
      <div class="windows">
        {view && <TradeWindow page={page} trade={view} />}
        {!view && keeper && <ShopWindow page={page} shop={keeper} />}
        {(open.value || view || keeper) && <BagWindow page={page} />}
      </div>
      <DragPreview look={look.value} />
    </>
  );
}

/** Takes what lies near, or opens the shop. */
function NearbyButton({ page: { things } }: { page: Page }) {
  const near = things.nearby.value;
  if (!near || near.id === things.shop.value) return null;
  return (
    <button type="button" class="near" data-testid="near" onClick={() => things.interact(near)}>
      {near.label} <kbd>F</kbd>
    </button>
  );
}

/** Opens and closes the bag. */
export function BagButton({ page: { things } }: { page: Page }) {
  if (!things.bag.available.value) return null;
  return (
    <button
      type="button"
      aria-label="Bag"
      title="Bag (B)"
      aria-expanded={things.open.value}
      onClick={() => {
        things.open.value = !things.open.value;
      }}
    >
      <svg class="bag-icon" viewBox="0 0 20 20" aria-hidden="true">
        <path d="M6.500 6a3.500 3.500 0 0 1 7 0" fill="none" stroke="currentColor" stroke-width="1.900" />
        <path d="M4 6.500h12l1.300 9.300a2 2 0 0 1-2 2.200H4.700a2 2 0 0 1-2-2.200z" fill="currentColor" />
      </svg>
    </button>
  );
}
