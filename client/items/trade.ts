import { effect, type Signal, signal } from "@preact/signals";
import type { ServerMessages, TradeSide, TradeView } from "roomkeep/shared";
import type { Session } from "../network/session.ts";
import type { CarriedItems } from "./inventory-preview.ts";

/** Somebody who wants to trade and waits for an answer. */
export type TradeRequest = ServerMessages["trade.asked"];

/** The trade that one is in, as the page shows and changes it. */
export interface TradeStore {
  readonly view: Signal<TradeView | undefined>;
  /** The oldest comes first. */
  readonly requests: Signal<readonly TradeRequest[]>;
  /** How the last one ended, until the next begins; undefined. */
  readonly ended: Signal<ServerMessages["trade.ended"] | undefined>;
  ask(session: string): void;
  answer(wish: TradeRequest, yes: boolean): void;
  /** Offers so many of a stack; 0 takes it back. */
  offer(stack: Pick<CarriedItems, "id" | "template">, qty: number): void;
  offerCoins(coins: number): void;
  /** Consents to what is on the screen. */
  agree(): void;
  cancel(): void;
}

/** How long a wish is shown, ms. */
const SHOWN_MS = 30_000;
const NOTHING: TradeSide = { items: [], coins: 0, agreed: false };

/** Follows the trades of a session. */
export function openTrade(session: Session): TradeStore {
  const view = signal<TradeView | undefined>(undefined);
  const asked = signal<readonly TradeRequest[]>([]);
  const ended = signal<ServerMessages["trade.ended"] | undefined>(undefined);
  let told: TradeView | undefined;
  let calledOff = false;
  const send = (type: string, message: object) => session.room.value?.send(type, message);
  const forget = (from: string) => {
    asked.value = asked.value.filter((wish) => wish.from !== from);
  };
  effect(() => {
    const room = session.room.value;
    view.value = undefined;
    asked.value = [];
    if (!room) return;
    room.onMessage("trade.asked", (wish: TradeRequest) => {
      asked.value = [...asked.peek().filter(({ from }) => from !== wish.from), wish];
      setTimeout(() => forget(wish.from), SHOWN_MS);
    });
    room.onMessage("trade", (trade: TradeView) => {
      forget(trade.with.session);
      ended.value = undefined;
      view.value = told = trade;
    });
    room.onMessage("refused", ({ type }: ServerMessages["refused"]) => {
      if (type.startsWith("trade.") && view.value) view.value = told;
    });
    room.onMessage("trade.ended", (end: ServerMessages["trade.ended"]) => {
      view.value = undefined;
      // Who called it off knows.
      if (!calledOff || end.how === "done") ended.value = end;
      calledOff = false;
    });
  });
  /** Shown at once, so that a second change builds on the first; taken back when it is refused. */
  const say = ({ items, coins }: Pick<TradeSide, "items" | "coins">) => {
    const trade = view.value;
    if (!trade) return;
    const kept = items.filter(({ qty }) => qty > 0);
    const mine = { items: kept, coins, agreed: false };
    view.value = { ...trade, mine, theirs: { ...trade.theirs, agreed: false } };
    send("trade.offer", { trade: trade.id, items: kept.map(({ id, qty }) => ({ id, qty })), coins });
  };
  return {
    view,
    requests: asked,
    ended,
    ask: (to) => void send("trade.ask", { to }),
    answer({ from }, yes) {
      forget(from);
      send("trade.answer", { from, yes });
    },
    offer({ id, template }, qty) {
      const { items, coins } = view.value?.mine ?? NOTHING;
      say({ items: [...items.filter((one) => one.id !== id), { id, template, qty }], coins });
    },
    offerCoins(coins) {
      say({ ...(view.value?.mine ?? NOTHING), coins });
    },
    agree() {
      if (view.value) send("trade.agree", { trade: view.value.id, version: view.value.version });
    },
    cancel() {
      if (!view.value) return;
      calledOff = true;
      send("trade.cancel", { trade: view.value.id });
    },
  };
}
