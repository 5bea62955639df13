import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Carrier } from "roomkeep/shared";
import type { GameRoom } from "../network/predict.ts";
import type { Session } from "../network/session.ts";
import type { ItemsView } from "../view.ts";
import { type CarriedItems, type Move, previewMove } from "./inventory-preview.ts";
import { type Answer, openRequestQueue } from "./request-queue.ts";

/** How long a move is shown ahead of the state after it was booked, ms: the patch is on its way. */
const SETTLE_MS = 400;

/** What the own character carries, and all that can be done with it. */
export interface Bag {
  /** False in rooms without items. */
  readonly available: Signal<boolean>;
  /** Bag and equipment as they are shown: the room's word, and moves that it has not answered yet. */
  readonly carried: ReadonlySignal<readonly CarriedItems[]>;
  readonly coins: Signal<number>;
  readonly dead: Signal<boolean>;
  /** Id of the stack whose last wish was refused; empty again after a moment. */
  readonly refusedId: Signal<string>;
  move(move: Move): void;
  drop(id: string, qty?: number): void;
  use(id: string): void;
  /** Takes a drop or a pile, by the id of its actor. */
  take(actor: string): Promise<Answer>;
  buy(shop: string, template: string, qty: number): void;
  sell(shop: string, id: string, qty: number): void;
  revive(): void;
}

interface PendingMove {
  readonly move: Move;
  /** What the room said when it was asked; another word ends it. */
  readonly of: string;
}

/** Follows what the own character carries through all rooms of a session. `look`: of the game that is played. */
export function openBag(session: Session, look: ReadonlySignal<ItemsView>): Bag {
  const wishes = openRequestQueue(session);
  const here = signal(false);
  const told = signal<readonly CarriedItems[]>([]);
  const ahead = signal<readonly PendingMove[]>([]);
  const coins = signal(0);
  const dead = signal(false);
  const refused = signal("");
  let key = "";

  const read = (room: GameRoom) => {
    const me = room.state?.actors?.get(room.sessionId) as Partial<Carrier> | undefined;
    here.value = me?.items !== undefined;
    coins.value = me?.coins ?? 0;
    dead.value = me?.dead ?? false;
    const now: CarriedItems[] = [];
    me?.items?.forEach(({ template, container, slot, qty }, id) => {
      now.push({ id, template, container: container as CarriedItems["container"], slot, qty });
    });
    const next = now
      .map(({ id, container, slot, qty }) => `${id}${container}${slot}×${qty}`)
      .sort()
      .join();
    if (next === key) return;
    key = next;
    told.value = now;
    ahead.value = ahead.peek().filter(({ of }) => of === next);
  };
  effect(() => {
    const room = session.room.value;
    key = "?";
    told.value = [];
    here.value = false;
    if (!room) return;
    room.onStateChange(() => {
      if (session.room.peek() === room) read(room);
    });
    if (room.state) read(room);
  });
  const wish = async (id: string, type: string, payload: object): Promise<Answer> => {
    const answer = await wishes.send(type, payload);
    if (!answer.ok) {
      refused.value = id;
      setTimeout(() => {
        if (refused.value === id) refused.value = "";
      }, 700);
    }
    return answer;
  };

  return {
    available: here,
    carried: computed(() =>
      ahead.value.reduce((all, { move }) => previewMove(all, move, look.value.templates), told.value),
    ),
    coins,
    dead,
    refusedId: refused,
    async move(move) {
      const mine: PendingMove = { move, of: key };
      const settle = () => {
        ahead.value = ahead.value.filter((other) => other !== mine);
      };
      ahead.value = [...ahead.value, mine];
      const { ok } = await wish(move.id, "item.move", move);
      if (ok) setTimeout(settle, SETTLE_MS);
      else settle();
    },
    drop: (id, qty) => void wish(id, "item.drop", { id, ...(qty && { qty }) }),
    use: (id) => void wish(id, "item.use", { id }),
    take: (actor) => wish(actor, "item.take", { actor }),
    buy: (shop, template, qty) => void wish(template, "shop.buy", { shop, template, qty }),
    sell: (shop, id, qty) => void wish(id, "shop.sell", { shop, id, qty }),
    revive: () => void wish("", "revive", {}),
  };
}
