import { type Refusal, refuse } from "../errors.ts";
import {
  findSlots,
  fitsSlot,
  type Placement,
  type PlacementRequest,
  type SlotRules,
  templateOf,
} from "./slots.ts";
import type { Stack } from "./stacks.ts";

/** Coins of purses, by character id. */
export type Purses = Map<string, number>;

/**
 * A working copy of some containers and purses. Each change either is made or is refused with nothing
 * changed. The server locks, stores and books what differs afterwards (`server/items/ledger.ts`); the page
 * shows it at once.
 */
export interface InventoryTransaction<Container extends string = string> {
  readonly stacks: ReadonlyMap<string, Stack<Container>>;
  readonly purses: ReadonlyMap<string, number>;
  /** Makes items out of nothing: loot, a shop's wares. */
  mint(container: Container, template: string, qty: number): Refusal | null;
  /** Destroys items: eaten, sold, broken. */
  burn(container: Container, template: string, qty: number): Refusal | null;
  /** Removes part of a stack. The caller puts it elsewhere by `mint`, or it is destroyed. */
  take(id: string, qty: number): Refusal | null;
  /**
   * Moves some or all of a stack: to `slot` (merging with a like stack there, changing places with an unlike
   * one), or to wherever there is room. Split, merge, swap, drop, pick up and equip are all this.
   */
  move(id: string, to: Container, how?: MoveOptions): Refusal | null;
  /** Pays coins from one purse to another; null is the world. */
  pay(from: string | null, to: string | null, coins: number): Refusal | null;
}

/** Where in a container a stack is moved to, and how much of it. */
export interface MoveOptions {
  /** Default: wherever there is room. */
  readonly slot?: number | undefined;
  /** Default: all of it. */
  readonly qty?: number | undefined;
}

/** Slots, templates and new ids of a working copy: the rules of {@link openInventory}. */
export interface InventoryRules<Container extends string = string> extends SlotRules<Container> {
  /** A fresh id for a stack that is split off or made. */
  newId(): string;
}

/** The stacks of a working copy, and what decides how they may change. */
interface Inventory<Container extends string> {
  readonly stacks: Map<string, Stack<Container>>;
  readonly containers: readonly Container[];
  readonly rules: InventoryRules<Container>;
}

/**
 * Opens a working copy of stacks and purses; what is passed in is never changed.
 *
 * @param containers the containers that may receive something; into others nothing fits
 * @example
 * const inventory = openInventory(stacks, new Map(), ["bag", "equipment"], rules);
 * const refusal = inventory.move(hat.id, "equipment");
 */
export function openInventory<Container extends string>(
  rows: readonly Readonly<Stack<Container>>[],
  coins: ReadonlyMap<string, number>,
  containers: readonly Container[],
  rules: InventoryRules<Container>,
): InventoryTransaction<Container> {
  const stacks = new Map<string, Stack<Container>>(rows.map((row) => [row.id, { ...row }]));
  const purses = new Map(coins);
  const inventory = { stacks, containers, rules };
  return {
    stacks,
    purses,
    mint: (container, template, qty) => mint(inventory, container, template, qty),
    burn: (container, template, qty) => burn(inventory, container, template, qty),
    take: (id, qty) => take(inventory, id, qty),
    move: (id, to, how) => move(inventory, id, to, how),
    pay: (from, to, amount) => payCoins(purses, from, to, amount),
  };
}

function mint<Container extends string>(
  inventory: Inventory<Container>,
  container: Container,
  template: string,
  qty: number,
): Refusal | null {
  if (!templateOf(inventory.rules.templates, template)) return refuse("ITEM_UNKNOWN");
  if (!isQuantity(qty)) return refuse("QUANTITY_INVALID");
  const placements = roomFor(inventory, { container, template, qty });
  if (!placements) return refuse("NO_SPACE");
  put(inventory, container, template, placements);
  return null;
}

function burn<Container extends string>(
  inventory: Inventory<Container>,
  container: Container,
  template: string,
  qty: number,
): Refusal | null {
  if (!isQuantity(qty)) return refuse("QUANTITY_INVALID");
  const stacks = stacksIn(inventory, container).filter((stack) => stack.template === template);
  if (!(stacks.reduce((sum, stack) => sum + stack.qty, 0) >= qty)) return refuse("NOT_ENOUGH");
  let left = qty;
  for (const stack of stacks.sort((a, b) => a.qty - b.qty)) {
    const taken = Math.min(left, stack.qty);
    shrink(inventory, stack, taken);
    left -= taken;
    if (left === 0) break;
  }
  return null;
}

function take<Container extends string>(
  inventory: Inventory<Container>,
  id: string,
  qty: number,
): Refusal | null {
  const stack = inventory.stacks.get(id);
  if (!stack) return refuse("ITEM_MISSING");
  if (!isQuantity(qty)) return refuse("QUANTITY_INVALID");
  if (!(qty <= stack.qty)) return refuse("NOT_ENOUGH");
  shrink(inventory, stack, qty);
  return null;
}

function move<Container extends string>(
  inventory: Inventory<Container>,
  id: string,
  to: Container,
  { slot, qty: asked }: MoveOptions = {},
): Refusal | null {
  const stack = inventory.stacks.get(id);
  if (!stack) return refuse("ITEM_MISSING");
  const { template } = stack;
  const qty = asked ?? stack.qty;
  if (!isQuantity(qty)) return refuse("QUANTITY_INVALID");
  if (!(qty <= stack.qty)) return refuse("NOT_ENOUGH");
  const isWhole = qty === stack.qty;
  if (isWhole && swap(inventory, stack, to, slot)) return null;
  const placements = roomFor(inventory, { container: to, template, qty, slot, except: id });
  if (!placements) return refuse("NO_SPACE");
  const [first] = placements;
  if (first && placements.length === 1 && !first.stack && isWhole) {
    // Whole and into an empty slot: it stays the same item.
    stack.container = to;
    stack.slot = first.slot;
    return null;
  }
  shrink(inventory, stack, qty);
  put(inventory, to, template, placements);
  return null;
}

/** Two unlike stacks change places, if each may be where the other was. */
function swap<Container extends string>(
  inventory: Inventory<Container>,
  stack: Stack<Container>,
  to: Container,
  slot: number | undefined,
): boolean {
  const { containers, rules } = inventory;
  const other = stacksIn(inventory, to).find((one) => one.slot === slot);
  if (!other || slot === undefined || other.template === stack.template || !containers.includes(to)) {
    return false;
  }
  if (!fitsSlot(stack.template, to, slot, rules.templates)) return false;
  if (!fitsSlot(other.template, stack.container, stack.slot, rules.templates)) return false;
  [other.container, other.slot] = [stack.container, stack.slot];
  [stack.container, stack.slot] = [to, slot];
  return true;
}

function stacksIn<Container extends string>(
  { stacks }: Inventory<Container>,
  container: Container,
): Stack<Container>[] {
  return [...stacks.values()].filter((stack) => stack.container === container);
}

function roomFor<Container extends string>(
  { stacks, containers, rules }: Inventory<Container>,
  request: PlacementRequest<Container>,
): Placement<Container>[] | null {
  return containers.includes(request.container) ? findSlots(stacks.values(), rules, request) : null;
}

function put<Container extends string>(
  { stacks, rules }: Inventory<Container>,
  container: Container,
  template: string,
  placements: readonly Placement<Container>[],
): void {
  for (const { slot, stack, qty } of placements) {
    if (stack) stack.qty += qty;
    else {
      const id = rules.newId();
      stacks.set(id, { id, template, container, slot, qty });
    }
  }
}

function shrink<Container extends string>(
  { stacks }: Inventory<Container>,
  stack: Stack<Container>,
  qty: number,
): void {
  stack.qty -= qty;
  if (stack.qty === 0) stacks.delete(stack.id);
}

function payCoins(purses: Purses, from: string | null, to: string | null, amount: number): Refusal | null {
  if (!isQuantity(amount, Number.MAX_SAFE_INTEGER) || from === to) return refuse("QUANTITY_INVALID");
  const source = from === null ? amount : purses.get(from);
  const target = to === null ? 0 : purses.get(to);
  if (source === undefined || !(source >= amount)) return refuse("NOT_ENOUGH");
  if (target === undefined || !Number.isSafeInteger(target + amount)) return refuse("NO_SPACE");
  if (from !== null) purses.set(from, source - amount);
  if (to !== null) purses.set(to, target + amount);
  return null;
}

/** Items are counted in 32 bits. */
function isQuantity(qty: number, most = 2 ** 31 - 1): boolean {
  return Number.isSafeInteger(qty) && qty >= 1 && qty <= most;
}
