import type { ItemTemplates } from "../../shared/index.ts";
import { BAG_SLOTS } from "../../shared/internal.ts";

/** A stack of the own character. */
export interface CarriedItems {
  readonly id: string;
  readonly template: string;
  readonly container: "bag" | "equipment";
  readonly slot: number;
  readonly qty: number;
}

/** Moves some or all of a stack; without `slot` to the first slot that has room. */
export interface Move {
  readonly id: string;
  readonly to: CarriedItems["container"];
  readonly slot?: number;
  readonly qty?: number;
}

/**
 * The items after a move as the room will most likely book it: shown at once, and corrected when the room
 * decides otherwise. An impossible move changes nothing. Pure.
 */
export function previewMove(
  all: readonly CarriedItems[],
  move: Move,
  templates: ItemTemplates,
): readonly CarriedItems[] {
  const stack = all.find(({ id }) => id === move.id);
  const slot = stack && (move.slot ?? roomFor(all, stack, move.to, templates));
  if (!stack || slot === undefined || !fits(stack.template, move.to, slot, templates)) return all;
  const qty = move.qty ?? stack.qty;
  const there = all.find((other) => other.container === move.to && other.slot === slot);
  if (there === stack || !(qty <= stack.qty && qty >= 1)) return all;
  const rest = all.filter((other) => other !== stack && other !== there);
  const left = stack.qty === qty ? [] : [{ ...stack, qty: stack.qty - qty }];
  if (!there) {
    // The part that is split off gets its own id from the room.
    const id = left.length > 0 ? `${stack.id}+` : stack.id;
    return [...rest, ...left, { ...stack, id, container: move.to, slot, qty }];
  }
  if (there.template === stack.template) {
    const most = templates[stack.template]?.stack ?? there.qty;
    return there.qty + qty > most ? all : [...rest, ...left, { ...there, qty: there.qty + qty }];
  }
  if (left.length > 0 || !fits(there.template, stack.container, stack.slot, templates)) return all;
  const { container, slot: from } = stack;
  return [...rest, { ...stack, container: move.to, slot }, { ...there, container, slot: from }];
}

/** Whether an item may be in a slot. */
export function fits(
  template: string,
  container: CarriedItems["container"],
  slot: number,
  templates: ItemTemplates,
): boolean {
  return container === "bag" || templates[template]?.wornAt === slot;
}

/** The first free slot of the bag; undefined: the bag is full. */
export function freeSlot(all: readonly CarriedItems[]): number | undefined {
  const taken = new Set(all.filter(({ container }) => container === "bag").map(({ slot }) => slot));
  return Array.from({ length: BAG_SLOTS }, (_, slot) => slot).find((slot) => !taken.has(slot));
}

function roomFor(
  all: readonly CarriedItems[],
  stack: CarriedItems,
  to: CarriedItems["container"],
  templates: ItemTemplates,
): number | undefined {
  if (to === "equipment") return templates[stack.template]?.wornAt;
  const most = templates[stack.template]?.stack ?? 1;
  const like = all.find(
    ({ id, container, template, qty }) =>
      id !== stack.id && container === "bag" && template === stack.template && qty + stack.qty <= most,
  );
  return like?.slot ?? freeSlot(all);
}
