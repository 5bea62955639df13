import { describe, expect, it } from "vitest";
import { type CarriedItems, fits, freeSlot, previewMove } from "../../client/items/inventory-preview.ts";
import { labelOf, verbOf, wornSlots } from "../../client/items/item-labels.ts";
import { BAG_SLOTS } from "../../shared/protocol/items.ts";

const templates = { herb: { stack: 50 }, hat: { stack: 1, wornAt: 0 }, boots: { stack: 1, wornAt: 1 } };
const held = (id: string, template: string, slot: number, qty = 1): CarriedItems => ({
  id,
  template,
  container: "bag",
  slot,
  qty,
});
const bag = [
  held("a", "herb", 0, 12),
  held("b", "herb", 1, 45),
  held("hat", "hat", 2),
  held("boots", "boots", 3),
];
/** As one sees it: "slot template×qty", what is worn with a star. */
const seen = (all: readonly CarriedItems[]) =>
  all
    .map(
      ({ template, container, slot, qty }) => `${container === "bag" ? "" : "*"}${slot} ${template}×${qty}`,
    )
    .sort();
const move = (how: Parameters<typeof previewMove>[1], all: readonly CarriedItems[] = bag) =>
  previewMove(all, how, templates);

describe("a move that the room has not answered yet", () => {
  it("is shown as the room will book it: moved, changed places, merged, split, put on", () => {
    expect(seen(move({ id: "a", to: "bag", slot: 9 }))).toContain("9 herb×12");
    expect(seen(move({ id: "a", to: "bag", slot: 3 }))).toEqual([
      "0 boots×1",
      "1 herb×45",
      "2 hat×1",
      "3 herb×12",
    ]);
    const fewer = [held("a", "herb", 0, 5), held("b", "herb", 1, 45)];
    expect(seen(move({ id: "a", to: "bag", slot: 1 }, fewer))).toEqual(["1 herb×50"]);
    expect(seen(move({ id: "a", to: "bag", slot: 9, qty: 2 }))).toEqual([
      "0 herb×10",
      "1 herb×45",
      "2 hat×1",
      "3 boots×1",
      "9 herb×2",
    ]);
    expect(seen(move({ id: "hat", to: "equipment" }))).toContain("*0 hat×1");
  });

  it("keeps the sum of each kind, whatever is moved where", () => {
    const sum = (all: readonly CarriedItems[]) =>
      ["herb", "hat", "boots"].map((kind) =>
        all.filter(({ template }) => template === kind).reduce((total, { qty }) => total + qty, 0),
      );
    for (const { id } of bag)
      for (const to of ["bag", "equipment"] as const)
        for (const slot of [undefined, 0, 1, 2, 3, 9])
          for (const qty of [undefined, 1, 7, 60])
            expect(sum(move({ id, to, ...(slot !== undefined && { slot }), ...(qty && { qty }) }))).toEqual(
              sum(bag),
            );
  });

  it("is not shown when the room is sure to refuse it", () => {
    expect(move({ id: "a", to: "bag", slot: 1 })).toBe(bag);
    expect(move({ id: "a", to: "equipment", slot: 0 })).toBe(bag);
    expect(move({ id: "hat", to: "equipment", slot: 1 })).toBe(bag);
    expect(move({ id: "a", to: "bag", slot: 9, qty: 13 })).toBe(bag);
    expect(move({ id: "gone", to: "bag", slot: 9 })).toBe(bag);
    const worn = move({ id: "hat", to: "equipment" });
    // A herb cannot go where the hat is.
    expect(move({ id: "hat", to: "bag", slot: 0 }, worn)).toBe(worn);
  });

  it("knows a full bag", () => {
    const full = Array.from({ length: BAG_SLOTS }, (_, slot) => held(`${slot}`, "hat", slot));
    expect(freeSlot(full)).toBeUndefined();
    expect(freeSlot(bag)).toBe(4);
    expect(fits("boots", "equipment", 1, templates)).toBe(true);
  });
});

describe("the words of an item", () => {
  it("have defaults that can be read", () => {
    const look = { templates, worn: ["Head"] };
    expect(labelOf(look, "straw-hat")).toBe("Straw hat");
    expect(verbOf(look, "herb")).toBe("Use");
    expect(verbOf(look, "hat")).toBeUndefined();
    expect(verbOf({ templates, uses: { herb: "Eat" } }, "herb")).toBe("Eat");
    expect(wornSlots(look)).toEqual([0, 1]);
  });
});
