import { Shop, Ware, type World } from "roomkeep/shared";
import { PRICES } from "./items.ts";
import { TRADER } from "./level.ts";

/** The trader's actor. */
export const TRADER_ID = "trader";

/** Puts the trader at the camp with today's prices, in place of the one of a save. */
export function seatTrader(world: World): void {
  world.despawn(TRADER_ID);
  const [x, y, z] = TRADER.map(Math.fround) as [number, number, number];
  const shop = new Shop({ kind: "shop", name: "Tilda the trader", x, y, z, yaw: Math.fround(2.3) });
  for (const [template, { buy = 0, sell = 0 }] of Object.entries(PRICES)) {
    shop.wares.set(template, new Ware().assign({ buy, sell }));
  }
  world.spawn(shop, TRADER_ID);
}
