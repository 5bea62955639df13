import { effect, type Signal, signal } from "@preact/signals";
import type { Session } from "../network/session.ts";
import type { ItemsView } from "../view.ts";
import { type Bag, openBag } from "./bag.ts";
import { openTrade, type TradeStore } from "./trade.ts";

/** A drop, a pile or a shop within reach. */
export interface NearbyItem {
  /** Id of the actor. */
  readonly id: string;
  readonly kind: "drop" | "pile" | "shop";
  /** Label of the button: "Take Herb ×3". */
  readonly label: string;
}

/** The direction of the own pile, which holds the items that a death cost. */
export interface PileDirection {
  readonly distanceM: number;
  /** Clockwise from straight ahead. */
  readonly bearingDeg: number;
}

/** Everything about items. */
export interface ItemsStore {
  readonly bag: Bag;
  readonly trade: TradeStore;
  /** Pictures and labels of this game's items. */
  readonly view: Signal<ItemsView>;
  /** Whether the bag is open; it is also shown beside a trade or a shop. */
  readonly open: Signal<boolean>;
  /** Id of the shop that is open; empty. */
  readonly shop: Signal<string>;
  readonly nearby: Signal<NearbyItem | undefined>;
  readonly ownPile: Signal<PileDirection | undefined>;
  /** Takes the items, or opens the shop. */
  interact(target: Pick<NearbyItem, "id" | "kind">): void;
  /** Closes bag and shop, and cancels a trade. @returns false when nothing was open */
  close(): boolean;
}

/** Follows the items of a session. */
export function openItems(session: Session): ItemsStore {
  const view = signal<ItemsView>({ templates: {} });
  const bag = openBag(session, view);
  const trade = openTrade(session);
  const open = signal(false);
  const shop = signal("");
  const nearby = signal<NearbyItem | undefined>(undefined);
  effect(() => {
    // The shop of the room before is not in this one.
    if (session.room.value) shop.value = "";
    else [shop.value, open.value] = ["", false];
  });
  effect(() => {
    if (bag.dead.value) [shop.value, open.value] = ["", false];
  });
  return {
    bag,
    trade,
    view,
    open,
    shop,
    nearby,
    ownPile: signal<PileDirection | undefined>(undefined),
    interact({ id, kind }) {
      if (kind === "shop") shop.value = id;
      else void bag.take(id);
    },
    close() {
      const wasOpen = open.value || shop.value !== "" || trade.view.value !== undefined;
      trade.cancel();
      [shop.value, open.value] = ["", false];
      return wasOpen;
    },
  };
}
