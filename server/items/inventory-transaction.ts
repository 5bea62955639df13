import { randomUUID } from "node:crypto";
import type { Stack } from "../../rooms/index.ts";
import { type ItemTemplates, type Refusal, refuse } from "../../shared/index.ts";

/** Where a purse's coins are, by the character's id. */
export type Purses = Map<string, number>;

/**
 * A working copy of some containers and purses, all locked by its transaction. Each change either is made or is
 * refused with nothing changed; how it is stored and booked follows from comparing before and after (`ledger.ts`).
 */
export interface InventoryTransaction {
  readonly stacks: ReadonlyMap<string, Stack>;
  readonly purses: ReadonlyMap<string, number>;
  /** Makes items out of nothing: loot, a shop's wares. */
  mint(container: string, template: string, qty: number): Refusal | null;
  /** Ends items: eaten, sold, broken. */
  burn(container: string, template: string, qty: number): Refusal | null;
  /** Takes some of one stack out; whoever calls puts it somewhere else by `mint`, or it has ended. */
  take(id: string, qty: number): Refusal | null;
  /**
   * Moves some or all of a stack: to `slot` (merging with a like stack there, changing places with an unlike one), or
   * to wherever there is room. Split, merge, swap, drop, pick up and equip are all this.
   */
  move(id: string, to: string, how?: { slot?: number; qty?: number }): Refusal | null;
  /** Pays coins from one purse to another; null is the world. */
  pay(from: string | null, to: string | null, coins: number): Refusal | null;
}

const EQUIPMENT = "equipment:";
/** Each thing on the ground lies where it fell: none is added to another. */
const GROUND = "ground:";

/** @param slotsOf how many slots a container has */
export function openInventory(
  rows: readonly Stack[],
  coins: Purses,
  containers: readonly string[],
  templates: ItemTemplates,
  slotsOf: (container: string) => number,
): InventoryTransaction {
  const stacks = new Map(rows.map((row) => [row.id, { ...row }]));
  const purses = new Map(coins);
  const templateOf = (name: string) => (Object.hasOwn(templates, name) ? templates[name] : undefined);
  const worn = (container: string, slot: number, name: string) =>
    !container.startsWith(EQUIPMENT) || templateOf(name)?.wornAt === slot;
  const within = (container: string) => [...stacks.values()].filter((stack) => stack.container === container);

  /** The slots that would take `qty` more, fullest first; null if they do not suffice. Changes nothing. */
  function roomFor(container: string, name: string, qty: number, except?: string, slot?: number) {
    const template = templateOf(name);
    if (!template || !containers.includes(container)) return null;
    const bySlot = new Map(within(container).map((stack) => [stack.slot, stack]));
    const open = slot === undefined ? Array.from({ length: slotsOf(container) }, (_, at) => at) : [slot];
    const merges = !container.startsWith(GROUND);
    const places = open
      .filter((at) => Number.isInteger(at) && at >= 0 && at < slotsOf(container))
      .filter((at) => worn(container, at, name))
      .map((at) => ({ at, there: bySlot.get(at) }))
      .filter(({ there }) => !there || (merges && there.template === name && there.id !== except))
      .sort((a, b) => (b.there?.qty ?? 0) - (a.there?.qty ?? 0) || a.at - b.at);
    const plan: { at: number; there: Stack | undefined; qty: number }[] = [];
    let left = qty;
    for (const { at, there } of places) {
      const fits = Math.min(left, template.stack - (there?.qty ?? 0));
      if (fits > 0) plan.push({ at, there, qty: fits });
      left -= Math.max(0, fits);
      if (left === 0) return plan;
    }
    return null;
  }

  function put(container: string, template: string, plan: NonNullable<ReturnType<typeof roomFor>>): void {
    for (const { at, there, qty } of plan) {
      if (there) there.qty += qty;
      else {
        const id = randomUUID();
        stacks.set(id, { id, template, container, slot: at, qty });
      }
    }
  }

  /** Two unlike stacks change places, if each may be where the other was. */
  function swap(stack: Stack, to: string, slot: number | undefined): boolean {
    const there = within(to).find((other) => other.slot === slot);
    if (!there || slot === undefined || there.template === stack.template || !containers.includes(to)) {
      return false;
    }
    if (!worn(to, slot, stack.template) || !worn(stack.container, stack.slot, there.template)) return false;
    [there.container, there.slot] = [stack.container, stack.slot];
    [stack.container, stack.slot] = [to, slot];
    return true;
  }

  function shrink(stack: Stack, qty: number): void {
    stack.qty -= qty;
    if (stack.qty === 0) stacks.delete(stack.id);
  }

  return {
    stacks,
    purses,
    mint(container, name, qty) {
      if (!templateOf(name)) return refuse("ITEM_UNKNOWN");
      if (!isQuantity(qty)) return refuse("QUANTITY_INVALID");
      const plan = roomFor(container, name, qty);
      if (!plan) return refuse("NO_SPACE");
      put(container, name, plan);
      return null;
    },
    burn(container, name, qty) {
      if (!isQuantity(qty)) return refuse("QUANTITY_INVALID");
      const have = within(container).filter((stack) => stack.template === name);
      if (!(have.reduce((sum, stack) => sum + stack.qty, 0) >= qty)) return refuse("NOT_ENOUGH");
      let left = qty;
      for (const stack of have.sort((a, b) => a.qty - b.qty)) {
        const taken = Math.min(left, stack.qty);
        shrink(stack, taken);
        left -= taken;
        if (left === 0) break;
      }
      return null;
    },
    take(id, qty) {
      const stack = stacks.get(id);
      if (!stack) return refuse("ITEM_MISSING");
      if (!isQuantity(qty)) return refuse("QUANTITY_INVALID");
      if (!(qty <= stack.qty)) return refuse("NOT_ENOUGH");
      shrink(stack, qty);
      return null;
    },
    move(id, to, { slot, qty } = {}) {
      const stack = stacks.get(id);
      if (!stack) return refuse("ITEM_MISSING");
      const moved = qty ?? stack.qty;
      if (!isQuantity(moved)) return refuse("QUANTITY_INVALID");
      if (!(moved <= stack.qty)) return refuse("NOT_ENOUGH");
      if (moved === stack.qty && swap(stack, to, slot)) return null;
      const plan = roomFor(to, stack.template, moved, id, slot);
      if (!plan) return refuse("NO_SPACE");
      const [first] = plan;
      if (first && plan.length === 1 && !first.there && moved === stack.qty) {
        // Whole and into an empty slot: it stays the same item.
        stack.container = to;
        stack.slot = first.at;
        return null;
      }
      shrink(stack, moved);
      put(to, stack.template, plan);
      return null;
    },
    pay(from, to, amount) {
      if (!isQuantity(amount, Number.MAX_SAFE_INTEGER) || from === to) return refuse("QUANTITY_INVALID");
      const source = from === null ? amount : purses.get(from);
      const target = to === null ? 0 : purses.get(to);
      if (source === undefined || !(source >= amount)) return refuse("NOT_ENOUGH");
      if (target === undefined || !Number.isSafeInteger(target + amount)) return refuse("NO_SPACE");
      if (from !== null) purses.set(from, source - amount);
      if (to !== null) purses.set(to, target + amount);
      return null;
    },
  };
}

/** Items are counted in 32 bits. */
function isQuantity(qty: number, most = 2 ** 31 - 1): boolean {
  return Number.isSafeInteger(qty) && qty >= 1 && qty <= most;
}
