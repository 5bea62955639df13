import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Carrier } from "../../shared/index.ts";
import type { Session } from "../network/session.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import type { ItemsView } from "../view.ts";
import { type CarriedItems, type Move, previewMove } from "./inventory-preview.ts";
import { type Answer, openRequestQueue } from "./request-queue.ts";

/** How long a move is shown after it was booked, ms: until then the patch has come. */
const PATCH_MS = 400;
/** How long a refused stack is marked, ms. */
const REFUSED_MS = 700;

/** The items of the own character, and the requests that change them. */
export interface Bag {
  /** False in rooms without items. */
  readonly available: Signal<boolean>;
  /** Bag and equipment: the room's state with the moves applied that it has not answered yet. */
  readonly carried: ReadonlySignal<readonly CarriedItems[]>;
  readonly coins: Signal<number>;
  readonly dead: Signal<boolean>;
  /** Id of the stack whose last request was refused; empty again after a moment. */
  readonly refusedId: Signal<string>;
  move(move: Move): void;
  drop(id: string, qty?: number): void;
  use(id: string): void;
  /** Takes a drop or a pile by the id of its actor. */
  take(actor: string): Promise<Answer>;
  buy(shop: string, template: string, qty: number): void;
  sell(shop: string, id: string, qty: number): void;
  revive(): void;
}

/** A move that is shown before the state has it. */
interface PendingMove {
  readonly move: Move;
  /** Fingerprint of the state when it was sent; a changed state ends it. */
  readonly fingerprint: string;
}

/** Follows the items of the own character through all rooms. @param view of the game that is played */
export function openBag(session: Session, view: ReadonlySignal<ItemsView>): Bag {
  const requests = openRequestQueue(session);
  const { available, coins, dead, confirmed, pending, fingerprint } = followCarrier(session);
  const refusedId = signal("");
  const send = async (id: string, type: string, payload: object): Promise<Answer> => {
    const answer = await requests.send(type, payload);
    if (!answer.ok) flash(refusedId, id);
    return answer;
  };

  return {
    available,
    carried: computed(() =>
      pending.value.reduce((all, { move }) => previewMove(all, move, view.value.templates), confirmed.value),
    ),
    coins,
    dead,
    refusedId,
    async move(move) {
      const own: PendingMove = { move, fingerprint: fingerprint() };
      const settle = () => {
        pending.value = pending.value.filter((other) => other !== own);
      };
      pending.value = [...pending.value, own];
      const { ok } = await send(move.id, "item.move", move);
      if (ok) setTimeout(settle, PATCH_MS);
      else settle();
    },
    drop: (id, qty) => void send(id, "item.drop", { id, ...(qty && { qty }) }),
    use: (id) => void send(id, "item.use", { id }),
    take: (actor) => send(actor, "item.take", { actor }),
    buy: (shop, template, qty) => void send(template, "shop.buy", { shop, template, qty }),
    sell: (shop, id, qty) => void send(id, "shop.sell", { shop, id, qty }),
    revive: () => void send("", "revive", {}),
  };
}

/** Reads the own character's items from the state of each room. */
function followCarrier(session: Session) {
  const available = signal(false);
  const confirmed = signal<readonly CarriedItems[]>([]);
  const pending = signal<readonly PendingMove[]>([]);
  const coins = signal(0);
  const dead = signal(false);
  let fingerprint = "";

  const read = (room: AnyRoom) => {
    const own = room.state?.actors?.get(room.sessionId) as Partial<Carrier> | undefined;
    available.value = own?.items !== undefined;
    coins.value = own?.coins ?? 0;
    dead.value = own?.dead ?? false;
    const now: CarriedItems[] = [];
    own?.items?.forEach(({ template, container, slot, qty }, id) => {
      now.push({ id, template, container: container as CarriedItems["container"], slot, qty });
    });
    const next = fingerprintOf(now);
    if (next === fingerprint) return;
    fingerprint = next;
    confirmed.value = now;
    pending.value = pending.peek().filter((move) => move.fingerprint === next);
  };
  effect(() => {
    const room = session.room.value;
    fingerprint = "?";
    confirmed.value = [];
    available.value = false;
    if (!room) return;
    room.onStateChange(() => {
      if (session.room.peek() === room) read(room);
    });
    if (room.state) read(room);
  });
  return { available, confirmed, pending, coins, dead, fingerprint: () => fingerprint };
}

function fingerprintOf(items: readonly CarriedItems[]): string {
  return items
    .map(({ id, container, slot, qty }) => `${id}${container}${slot}×${qty}`)
    .sort()
    .join();
}

/** Shows an id for a moment. */
function flash(shown: Signal<string>, id: string): void {
  shown.value = id;
  setTimeout(() => {
    if (shown.value === id) shown.value = "";
  }, REFUSED_MS);
}
