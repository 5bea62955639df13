import type { Player } from "roomkeep/rooms";
import { z } from "zod";
import { levelOf } from "./creatures.ts";
import type { Thing } from "./items.ts";
import { HEALTH_MAX, type Hero } from "./state.ts";

const count = z.int().min(0).max(999).optional();

/** What a character takes along from day to day, beside its items. */
const pack = z.object({
  health: z.int().min(0).max(HEALTH_MAX),
  xp: z.int().min(0).max(0xffff_ffff),
  /** True once it was given what it begins with. */
  packed: z.boolean().optional(),
  // From the days before there were items: they become items once, and then are gone from here.
  arrows: count,
  herbs: count,
  meat: count,
});
type Pack = z.infer<typeof pack>;

/** Arrows of somebody who comes for the first time. */
export const FIRST_ARROWS = 12;

const packOf = ({ stats }: Player<Hero>): Pack | undefined => pack.safeParse(stats.meadow).data;

/** Gives a hero what its character is; who comes for the first time is as a new hero is. */
export function unpack(player: Player<Hero>): void {
  const { avatar } = player;
  const { health, xp } = packOf(player) ?? avatar;
  Object.assign(avatar, { health, xp, level: levelOf(xp) });
}

/** Keeps with the character how its hero is now. */
export function repack(player: Player<Hero>): void {
  const { health, xp } = player.avatar;
  const before = packOf(player);
  if (before?.health === health && before.xp === xp) return;
  player.stats.meadow = { ...before, health, xp };
  player.statsChanged = true;
}

/** What a character is given once: what it had before there were items, or what everybody begins with. */
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
