import { type Carrier, ItemStack } from "../../shared/index.ts";
import type { Booked, Stack } from "../ports/ports.ts";

/** What is carried: the rest of a character's containers no avatar shows. */
const CARRIED = ["bag", "equipment"] as const;

/**
 * Shows on an avatar what its character holds. The wire carries only what differs.
 *
 * @param which the containers whose whole content was told
 */
export function showCarried(
  carrier: Carrier,
  characterId: string,
  { stacks, coins }: Pick<Booked, "stacks" | "coins">,
  which: readonly (typeof CARRIED)[number][] = CARRIED,
): void {
  const { items } = carrier;
  const held = new Map<string, { template: string; container: string; slot: number; qty: number }>();
  for (const { id, template, container, slot, qty } of stacks) {
    const [kind = "", owner] = container.split(":");
    if (owner === characterId && which.some((one) => one === kind)) {
      held.set(id, { template, container: kind, slot, qty });
    }
  }
  for (const [id, { container }] of [...items.entries()]) {
    if (!held.has(id) && which.some((one) => one === container)) items.delete(id);
  }
  for (const [id, now] of held) {
    const shown = items.get(id);
    if (!shown) items.set(id, new ItemStack().assign(now));
    else if (shown.slot !== now.slot || shown.qty !== now.qty || shown.container !== now.container) {
      shown.assign(now);
    }
  }
  const purse = coins[characterId];
  if (purse !== undefined && carrier.coins !== purse) carrier.coins = purse;
  showWorn(carrier);
}

/** What everybody sees of what is worn. */
function showWorn({ items, worn }: Carrier): void {
  const now = new Map<string, string>();
  items.forEach(({ container, slot, template }) => {
    if (container === "equipment") now.set(String(slot), template);
  });
  for (const slot of [...worn.keys()]) if (!now.has(slot)) worn.delete(slot);
  for (const [slot, template] of now) if (worn.get(slot) !== template) worn.set(slot, template);
}

/** The stacks of an answer that lie in one container. */
export function stacksIn({ stacks }: Pick<Booked, "stacks">, container: string): Stack[] {
  return stacks.filter((stack) => stack.container === container);
}
