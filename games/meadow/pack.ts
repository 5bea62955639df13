import type { Player } from "roomkeep/rooms";
import { z } from "zod";
import { levelOf } from "./creatures.ts";
import type { Thing } from "./items.ts";
import { HEALTH_MAX, type Hero } from "./state.ts";

const count = z.int().min(0).max(999).optional();

/** Stats of a character that are saved, beside its items. */
const pack = z.object({
  health: z.int().min(0).max(HEALTH_MAX),
  xp: z.int().min(0).max(0xffff_ffff),
  /** True once it was given its first items. */
  packed: z.boolean().optional(),
  // Of saves from before there were items: these become items once, and are then removed here.
  arrows: count,
  herbs: count,
  meat: count,
});
type Pack = z.infer<typeof pack>;

/** Arrows of a new character. */
export const FIRST_ARROWS = 12;

const packOf = ({ stats }: Player<Hero>): Pack | undefined => pack.safeParse(stats.meadow).data;

/** Writes the saved stats to a hero; a new character keeps the defaults. */
export function unpack(player: Player<Hero>): void {
  const { avatar } = player;
  const { health, xp } = packOf(player) ?? avatar;
  Object.assign(avatar, { health, xp, level: levelOf(xp) });
}

/** Saves the hero's values in the character's stats. */
export function repack(player: Player<Hero>): void {
  const { health, xp } = player.avatar;
  const before = packOf(player);
  if (before?.health === health && before.xp === xp) return;
  player.stats.meadow = { ...before, health, xp };
  player.statsChanged = true;
}

/** The first items of a character: what it had before there were items, or those of every new character. */
export function firstPack(
  player: Player<Hero>,
): { request: string; items: { template: Thing; qty: number }[] } | undefined {
  const { packed, arrows = FIRST_ARROWS, herbs = 0, meat = 0 } = packOf(player) ?? {};
  if (packed) return undefined;
  const items = [
    { template: "arrow" as const, qty: arrows },
    { template: "herb" as const, qty: herbs },
    { template: "meat" as const, qty: meat },
  ];
  return { request: "pack-1", items: items.filter(({ qty }) => qty > 0) };
}

/** The first pack is booked. */
export function markPacked(player: Player<Hero>): void {
  const { health, xp } = player.avatar;
  player.stats.meadow = { health, xp, packed: true };
  player.statsChanged = true;
}
