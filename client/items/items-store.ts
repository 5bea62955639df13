import { effect, type Signal, signal } from "@preact/signals";
import type { Session } from "../network/session.ts";
import type { ItemsView } from "../view.ts";
import { type Bag, openBag } from "./bag.ts";
import { openTrade, type TradeStore } from "./trade.ts";

/** A thing on the ground or a shop within reach. */
export interface NearbyItem {
  /** Of the actor. */
  readonly id: string;
  readonly kind: "drop" | "pile" | "shop";
  /** What one may do with it: "Take 3 herbs". */
  readonly label: string;
}

/** Where what one lost in a death lies. */
export interface PileDirection {
  /** Metres. */
  readonly distanceM: number;
  /** Which way, clockwise from straight ahead, degrees. */
  readonly bearingDeg: number;
}

/** Everything about items, as the page shows and changes it. */
export interface ItemsStore {
  readonly bag: Bag;
  readonly trade: TradeStore;
  /** How this game's items look. */
  readonly view: Signal<ItemsView>;
  /** Whether the bag is open; it is also shown beside a trade or a shop. */
  readonly open: Signal<boolean>;
  /** Id of the shop that is open; empty. */
  readonly shop: Signal<string>;
  readonly nearby: Signal<NearbyItem | undefined>;
  readonly ownPile: Signal<PileDirection | undefined>;
  /** Does what one does with a thing: takes it, or opens the shop. */
  interact(thing: Pick<NearbyItem, "id" | "kind">): void;
  /** Closes bag and shop, and calls off a trade. @returns false when nothing was open */
  close(): boolean;
}

/** Follows the items of a session. */
export function openItems(session: Session): ItemsStore {
  const look = signal<ItemsView>({ templates: {} });
  const bag = openBag(session, look);
  const trade = openTrade(session);
  const open = signal(false);
  const shop = signal("");
  const near = signal<NearbyItem | undefined>(undefined);
  effect(() => {
    // Another room, or none: what was open there is not here.
    if (session.room.value) shop.value = "";
    else [shop.value, open.value] = ["", false];
  });
  effect(() => {
    if (bag.dead.value) [shop.value, open.value] = ["", false];
  });
  return {
    bag,
    trade,
    view: look,
    open,
    shop,
    nearby: near,
    ownPile: signal<PileDirection | undefined>(undefined),
    interact({ id, kind }) {
      if (kind === "shop") shop.value = id;
      else void bag.take(id);
    },
    close() {
      const any = open.value || shop.value !== "" || trade.view.value !== undefined;
      trade.cancel();
      [shop.value, open.value] = ["", false];
      return any;
    },
  };
}
