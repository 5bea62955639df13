import type { ItemsView } from "../view.ts";

/** Label of an item. Without one from the game, "straw-hat" becomes "Straw hat". */
export function labelOf({ templates }: ItemsView, template: string): string {
  const given = templates[template]?.label;
  if (given) return given;
  const words = template.replaceAll(/[-_.]+/gu, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Verb of an item's button: the game's, else "Use"; undefined: the item cannot be used. */
export function verbOf({ templates, uses }: ItemsView, template: string): string | undefined {
  if (templates[template]?.wornAt !== undefined) return undefined;
  return uses ? uses[template] : "Use";
}

/** Name of an equipment slot. */
export function wornName({ worn = [] }: ItemsView, slot: number): string {
  return worn[slot] ?? `Slot ${slot + 1}`;
}

/** The equipment slots that any item of this game fits into, lowest first. */
export function wornSlots({ templates, worn = [] }: ItemsView): number[] {
  const slots = new Set(worn.keys());
  for (const { wornAt } of Object.values(templates)) if (wornAt !== undefined) slots.add(wornAt);
  return [...slots].sort((a, b) => a - b);
}
