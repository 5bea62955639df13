import type { ItemTemplate, ItemTemplates } from "../protocol/items.ts";
import type { Stack } from "./stacks.ts";

/** The rules of a game that decide which slots take an item. */
export interface SlotRules<Container extends string = string> {
  readonly templates: ItemTemplates;
  /** How many slots a container has. */
  slotsOf(container: Container): number;
}

/** A part of a quantity and the slot that takes it. */
export interface Placement<Container extends string = string> {
  readonly slot: number;
  /** The stack that grows; undefined: the slot is empty. */
  readonly stack: Stack<Container> | undefined;
  readonly qty: number;
}

/** A quantity that is to be placed. */
export interface PlacementRequest<Container extends string = string> {
  readonly container: Container;
  readonly template: string;
  readonly qty: number;
  /** The only slot that may take it. Default: every slot. */
  readonly slot?: number | undefined;
  /** Id of a stack that must not grow: the one that the quantity is taken from. */
  readonly except?: string;
}

/** The template of that name; undefined where the game has none. */
export function templateOf(templates: ItemTemplates, name: string): ItemTemplate | undefined {
  return Object.hasOwn(templates, name) ? templates[name] : undefined;
}

/** Whether a slot may hold an item: a slot of the equipment takes only what is worn there. */
export function fitsSlot(
  template: string,
  container: string,
  slot: number,
  templates: ItemTemplates,
): boolean {
  return kindOf(container) !== "equipment" || templateOf(templates, template)?.wornAt === slot;
}

/**
 * The slots that together take a quantity, the fullest like stacks first and then the empty slots in order;
 * null where they do not suffice. Changes nothing.
 */
export function findSlots<Container extends string>(
  stacks: Iterable<Stack<Container>>,
  rules: SlotRules<Container>,
  { container, template: name, qty, slot, except }: PlacementRequest<Container>,
): Placement<Container>[] | null {
  const template = templateOf(rules.templates, name);
  if (!template) return null;
  const size = rules.slotsOf(container);
  const bySlot = new Map<number, Stack<Container>>();
  for (const stack of stacks) if (stack.container === container) bySlot.set(stack.slot, stack);
  // Each stack on the ground lies where it fell: none is added to another.
  const merges = kindOf(container) !== "ground";
  const candidates = (slot === undefined ? Array.from({ length: size }, (_, index) => index) : [slot])
    .filter((index) => Number.isInteger(index) && index >= 0 && index < size)
    .filter((index) => fitsSlot(name, container, index, rules.templates))
    .map((index) => ({ slot: index, stack: bySlot.get(index) }))
    .filter(({ stack }) => !stack || (merges && stack.template === name && stack.id !== except))
    .sort((a, b) => (b.stack?.qty ?? 0) - (a.stack?.qty ?? 0) || a.slot - b.slot);
  const placements: Placement<Container>[] = [];
  let left = qty;
  for (const candidate of candidates) {
    const fits = Math.min(left, template.stack - (candidate.stack?.qty ?? 0));
    if (fits > 0) placements.push({ ...candidate, qty: fits });
    left -= Math.max(0, fits);
    if (left === 0) return placements;
  }
  return null;
}

/** First part of a container's name: "bag" of "bag:<character>". */
function kindOf(container: string): string {
  return container.split(":", 1)[0] ?? "";
}
