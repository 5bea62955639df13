import type { ItemTemplates } from "../../shared/index.ts";
import { BAG_SLOTS, EQUIPMENT_SLOTS, openInventory, type Stack } from "../../shared/internal.ts";

export { fitsSlot as fits } from "../../shared/internal.ts";

/** The containers of the own character that the page shows, and how many slots each has. */
const SLOTS = { bag: BAG_SLOTS, equipment: EQUIPMENT_SLOTS } as const;
const CONTAINERS = ["bag", "equipment"] as const;

/** A stack of the own character. */
export type CarriedItems = Readonly<Stack<keyof typeof SLOTS>>;

/** Moves some or all of a stack; without `slot` to wherever there is room. */
export interface Move {
  readonly id: string;
  readonly to: CarriedItems["container"];
  readonly slot?: number;
  readonly qty?: number;
}

/**
 * The items after a move, by the same rules as the server books it: shown at once, and corrected when the
 * room decides otherwise. A move that is refused changes nothing. Pure.
 */
export function previewMove(
  all: readonly CarriedItems[],
  move: Move,
  templates: ItemTemplates,
): readonly CarriedItems[] {
  const inventory = openInventory(all, new Map(), CONTAINERS, {
    templates,
    slotsOf: (container) => SLOTS[container],
    newId: idsLike(move.id, all),
  });
  const refusal = inventory.move(move.id, move.to, move);
  return refusal ? all : [...inventory.stacks.values()];
}

/** Ids for the parts that are split off a stack, until the room sends their own. */
function idsLike(id: string, all: readonly CarriedItems[]): () => string {
  const taken = new Set(all.map((stack) => stack.id));
  return () => {
    let next = `${id}+`;
    while (taken.has(next)) next += "+";
    taken.add(next);
    return next;
  };
}

/** The first free slot of the bag; undefined: the bag is full. */
export function freeSlot(all: readonly CarriedItems[]): number | undefined {
  const taken = new Set(all.filter(({ container }) => container === "bag").map(({ slot }) => slot));
  return Array.from({ length: BAG_SLOTS }, (_, slot) => slot).find((slot) => !taken.has(slot));
}
