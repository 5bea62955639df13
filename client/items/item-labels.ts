import type { ItemsView } from "../view.ts";

/** What an item is called: "straw-hat" is "Straw hat" where the game gives no name. */
export function labelOf({ templates }: ItemsView, template: string): string {
  const given = templates[template]?.label;
  if (given) return given;
  const words = template.replaceAll(/[-_.]+/gu, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What one does with it: the game's verb, "Use" where it says nothing, undefined where it cannot be used. */
export function verbOf({ templates, uses }: ItemsView, template: string): string | undefined {
  if (templates[template]?.wornAt !== undefined) return undefined;
  return uses ? uses[template] : "Use";
}

/** What a slot of the equipment is called. */
export function wornName({ worn = [] }: ItemsView, slot: number): string {
  return worn[slot] ?? `Slot ${slot + 1}`;
}

/** The slots of the equipment that anything of this game fits into, lowest first. */
export function wornSlots({ templates, worn = [] }: ItemsView): number[] {
  const slots = new Set(worn.keys());
  for (const { wornAt } of Object.values(templates)) if (wornAt !== undefined) slots.add(wornAt);
  return [...slots].sort((a, b) => a - b);
}
