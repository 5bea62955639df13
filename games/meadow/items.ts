import type { ItemTemplates } from "roomkeep/shared";

/** Names of the equipment slots of the meadow, by number. */
export const WORN = ["Head", "Feet", "Bow"] as const;

/** All items of the meadow and its cave. */
export const ITEMS = {
  arrow: { stack: 200, label: "Arrow", icon: "➶", about: "For the bow." },
  herb: { stack: 200, label: "Herb", icon: "❀", about: "Heals a little." },
  meat: { stack: 200, label: "Meat", icon: "◕", about: "Heals well." },
  hide: { stack: 20, label: "Hide", icon: "▧", about: "The trader pays for it." },
  "straw-hat": { stack: 1, wornAt: 0, label: "Straw hat", icon: "⌒", about: "For sunny days." },
  boots: { stack: 1, wornAt: 1, label: "Stout boots", icon: "⊥", about: "A boar hurts you less." },
  longbow: { stack: 1, wornAt: 2, label: "Longbow", icon: "⟩", about: "Is drawn faster." },
} as const satisfies ItemTemplates;

/** Name of one of {@link ITEMS}. */
export type Thing = keyof typeof ITEMS;

/** Prices of the trader at the camp, in coins. */
export const PRICES: Readonly<Partial<Record<Thing, { readonly buy?: number; readonly sell?: number }>>> = {
  arrow: { buy: 2 },
  herb: { sell: 1 },
  meat: { sell: 3 },
  hide: { sell: 6 },
  "straw-hat": { buy: 12 },
  boots: { buy: 30 },
  longbow: { buy: 60 },
};
