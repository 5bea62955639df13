import { type Carrier, ItemStack } from "../../shared/index.ts";
import type { Booked, Stack } from "../ports/ports.ts";

/** The containers that an avatar carries; the other ones of a character are in no room's state. */
const CARRIED = ["bag", "equipment"] as const;

type CarriedContainer = (typeof CARRIED)[number];
type CarriedStack = Pick<ItemStack, "template" | "container" | "slot" | "qty">;

/**
 * Writes a character's stacks and coins to its avatar. Only fields that differ are written, so that a patch
 * holds no more.
 *
 * @param containers those whose whole content is in the answer
 */
export function showCarried(
  carrier: Carrier,
  characterId: string,
  booked: Pick<Booked, "stacks" | "coins">,
  containers: readonly CarriedContainer[] = CARRIED,
): void {
  const { items } = carrier;
  const stacks = stacksOf(booked.stacks, characterId, containers);
  for (const [id, { container }] of [...items.entries()]) {
    if (!stacks.has(id) && containers.some((one) => one === container)) items.delete(id);
  }
  for (const [id, stack] of stacks) {
    const shown = items.get(id);
    if (!shown) items.set(id, new ItemStack().assign(stack));
    else if (shown.slot !== stack.slot || shown.qty !== stack.qty || shown.container !== stack.container) {
      shown.assign(stack);
    }
  }
  const coins = booked.coins[characterId];
  if (coins !== undefined && carrier.coins !== coins) carrier.coins = coins;
  showWorn(carrier);
}

/** The stacks of a character in some containers, by id, as its avatar shows them. */
function stacksOf(
  stacks: readonly Stack[],
  characterId: string,
  containers: readonly CarriedContainer[],
): Map<string, CarriedStack> {
  const found = new Map<string, CarriedStack>();
  for (const { id, template, container, slot, qty } of stacks) {
    const [kind = "", owner] = container.split(":");
    if (owner === characterId && containers.some((one) => one === kind)) {
      found.set(id, { template, container: kind, slot, qty });
    }
  }
  return found;
}

/** The equipment that every player sees. */
function showWorn({ items, worn }: Carrier): void {
  const current = new Map<string, string>();
  items.forEach(({ container, slot, template }) => {
    if (container === "equipment") current.set(String(slot), template);
  });
  for (const slot of [...worn.keys()]) if (!current.has(slot)) worn.delete(slot);
  for (const [slot, template] of current) if (worn.get(slot) !== template) worn.set(slot, template);
}

/** The stacks of an answer that are in one container. */
export function stacksIn({ stacks }: Pick<Booked, "stacks">, container: string): Stack[] {
  return stacks.filter((stack) => stack.container === container);
}
