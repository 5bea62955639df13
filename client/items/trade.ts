import { effect, type Signal, signal } from "@preact/signals";
import type { ServerMessages, TradeView } from "../../shared/index.ts";
import type { TradeSide } from "../../shared/internal.ts";
import type { Session } from "../network/session.ts";
import type { CarriedItems } from "./inventory-preview.ts";

/** A player's request to trade, which waits for an answer. */
export type TradeRequest = ServerMessages["trade.asked"];

/** The open trade and the requests to trade. */
export interface TradeStore {
  readonly view: Signal<TradeView | undefined>;
  /** The oldest comes first. */
  readonly requests: Signal<readonly TradeRequest[]>;
  /** Outcome of the last trade, until the next begins. */
  readonly ended: Signal<ServerMessages["trade.ended"] | undefined>;
  ask(session: string): void;
  answer(request: TradeRequest, yes: boolean): void;
  /** Offers so many of a stack; 0 takes it back. */
  offer(stack: Pick<CarriedItems, "id" | "template">, qty: number): void;
  offerCoins(coins: number): void;
  /** Agrees to the offers that are shown. */
  agree(): void;
  cancel(): void;
}

/** How long a request is shown, ms. */
const SHOWN_MS = 30_000;
const EMPTY: TradeSide = { items: [], coins: 0, agreed: false };

/** Follows the trades of a session. */
export function openTrade(session: Session): TradeStore {
  const { view, requests, ended, forgetRequest, willCancel } = followTrades(session);
  const send = (type: string, message: object) => session.room.value?.send(type, message);
  /** Shown at once, so that a second change builds on the first; corrected when the room refuses it. */
  const sendOffer = ({ items, coins }: Pick<TradeSide, "items" | "coins">) => {
    const trade = view.value;
    if (!trade) return;
    const offered = items.filter(({ qty }) => qty > 0);
    const mine = { items: offered, coins, agreed: false };
    view.value = { ...trade, mine, theirs: { ...trade.theirs, agreed: false } };
    send("trade.offer", { trade: trade.id, items: offered.map(({ id, qty }) => ({ id, qty })), coins });
  };
  return {
    view,
    requests,
    ended,
    ask: (to) => void send("trade.ask", { to }),
    answer({ from }, yes) {
      forgetRequest(from);
      send("trade.answer", { from, yes });
    },
    offer({ id, template }, qty) {
      const { items, coins } = view.value?.mine ?? EMPTY;
      sendOffer({ items: [...items.filter((one) => one.id !== id), { id, template, qty }], coins });
    },
    offerCoins(coins) {
      sendOffer({ ...(view.value?.mine ?? EMPTY), coins });
    },
    agree() {
      if (view.value) send("trade.agree", { trade: view.value.id, version: view.value.version });
    },
    cancel() {
      if (!view.value) return;
      willCancel();
      send("trade.cancel", { trade: view.value.id });
    },
  };
}

/** Reads the trade messages of each room of a session. */
function followTrades(session: Session) {
  const view = signal<TradeView | undefined>(undefined);
  const requests = signal<readonly TradeRequest[]>([]);
  const ended = signal<ServerMessages["trade.ended"] | undefined>(undefined);
  /** The trade as the room sent it last. */
  let confirmed: TradeView | undefined;
  let isCancelling = false;
  const forgetRequest = (from: string) => {
    requests.value = requests.value.filter((request) => request.from !== from);
  };
  effect(() => {
    const room = session.room.value;
    view.value = undefined;
    requests.value = [];
    if (!room) return;
    room.onMessage("trade.asked", (request: TradeRequest) => {
      requests.value = [...requests.peek().filter(({ from }) => from !== request.from), request];
      setTimeout(() => forgetRequest(request.from), SHOWN_MS);
    });
    room.onMessage("trade", (trade: TradeView) => {
      forgetRequest(trade.with.session);
      ended.value = undefined;
      view.value = confirmed = trade;
    });
    room.onMessage("refused", ({ type }: ServerMessages["refused"]) => {
      if (type.startsWith("trade.") && view.value) view.value = confirmed;
    });
    room.onMessage("trade.ended", (end: ServerMessages["trade.ended"]) => {
      view.value = undefined;
      // A player who cancels needs no notice of it.
      if (!isCancelling || end.how === "done") ended.value = end;
      isCancelling = false;
    });
  });
  const willCancel = () => {
    isCancelling = true;
  };
  return { view, requests, ended, forgetRequest, willCancel };
}
