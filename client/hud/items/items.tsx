import { useEffect } from "preact/hooks";
import type { Shop } from "../../../shared/index.ts";
import type { HudStore } from "../../hud-store.ts";
import type { ItemsStore } from "../../items/items-store.ts";
import type { Session } from "../../network/session.ts";
import { BagWindow } from "./bag.tsx";
import { DeathScreen, OwnPileSign } from "./death.tsx";
import { DragPreview } from "./drag.tsx";
import { ShopWindow } from "./shop.tsx";
import { TradeBanner, TradeWindow } from "./trade.tsx";

interface ItemsProps {
  session: Session;
  items: ItemsStore;
  hud: HudStore;
}

/** Everything about items that lies over the world. */
export function Items({ session, items, hud }: ItemsProps) {
  const { bag, trade, shop, open, view } = items;
  const ended = trade.ended.value;
  useEffect(() => {
    if (ended) hud.notice.value = ended.reason;
  }, [ended, hud]);
  if (!bag.available.value) return null;
  if (bag.dead.value) return <DeathScreen bag={bag} />;
  const openShop = session.room.value?.state.actors?.get(shop.value) as Shop | undefined;
  const current = trade.view.value;
  return (
    <>
      <NearbyButton items={items} />
      <OwnPileSign items={items} />
      <TradeBanner trade={trade} />
      <div class="windows">
        {current && <TradeWindow items={items} trade={current} />}
        {!current && openShop && <ShopWindow items={items} shop={openShop} />}
        {(open.value || current || openShop) && <BagWindow items={items} shop={openShop} />}
      </div>
      <DragPreview itemsView={view.value} />
    </>
  );
}

/** Takes the nearest item, or opens the nearest shop. */
function NearbyButton({ items }: { items: ItemsStore }) {
  const nearby = items.nearby.value;
  if (!nearby || nearby.id === items.shop.value) return null;
  return (
    <button type="button" class="near" data-testid="near" onClick={() => items.interact(nearby)}>
      {nearby.label} <kbd>F</kbd>
    </button>
  );
}
